/** Reads the text that somebody copied: the requestor's side of ICCCM 2.4 to 2.7. */
import x11, { type XEvent } from "x11";
import type { X11Connection } from "../x11/x11-connection.ts";
import type { Atoms } from "./atoms.ts";

/** An owner that says nothing for so long has gone, or will not answer. */
const STALLED_MS = 5_000;
/** What is not wanted is taken for no longer: a program may copy without end. */
const DRAIN_MS = 30_000;
const NEW_VALUE = 0;

export type Read =
  | { kind: "text"; text: string }
  /** At least so large. */
  | { kind: "too_large"; bytes: number }
  /** No text, or nobody who would give it. */
  | { kind: "nothing" };

/**
 * Reads one selection once, and is then over.
 *
 * What is begun is taken to its end, be it wanted or not: many an owner ends with an error when it tells something to a
 * window that is gone (xsel, after its last part, too), or answers nobody else before its last part was taken (xclip),
 * and what was copied would be lost to every program on the machine. Only the end of this process is not held up by it.
 */
export class SelectionReader {
  readonly result: Promise<Read>;
  /** Its window is gone; it takes no event any more. */
  readonly left: Promise<void>;
  readonly #connection: X11Connection;
  readonly #atoms: Atoms;
  readonly #maxBytes: number;
  /** Its own, so that an owner notices by its end that nobody waits any more. */
  readonly #window: number;
  #isOwnersTurn = false;
  /** What is asked for now, and what after it. */
  #targets: number[];
  readonly #request: { selection: number; time: number };
  #parts: Buffer[] | undefined;
  #bytes = 0;
  #settle: (read: Read) => void = () => {};
  #tellLeft: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(
    connection: X11Connection,
    { atoms, maxBytes, selection, time }: { atoms: Atoms; maxBytes: number; selection: number; time: number },
  ) {
    this.#connection = connection;
    this.#atoms = atoms;
    this.#maxBytes = maxBytes;
    this.#request = { selection, time };
    // Some programs answer any target with what they have, were it a picture: so ask first what there is.
    this.#targets = [atoms.targets, atoms.utf8, atoms.string];
    this.#window = connection.client.AllocID();
    this.result = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.left = new Promise((resolve) => {
      this.#tellLeft = resolve;
    });
    const { PropertyChange = 0 } = x11.eventMask;
    connection.client.CreateWindow(this.#window, connection.screen.root, -1, -1, 1, 1, 0, 0, 0, 0, {
      eventMask: PropertyChange,
    });
    this.#askNext();
  }

  take(event: XEvent): void {
    if (!this.#isOwnersTurn || !this.#isAnswer(event)) return;
    this.#isOwnersTurn = false;
    const isRefusal = event.name === "SelectionNotify" && event.property === this.#atoms.none;
    if (!isRefusal) return this.#read();
    this.#targets.shift();
    this.#askNext();
  }

  #isAnswer({ name, wid, state, requestor, target }: XEvent): boolean {
    if (this.#parts) return name === "PropertyNotify" && wid === this.#window && state === NEW_VALUE;
    return name === "SelectionNotify" && requestor === this.#window && target === this.#targets[0];
  }

  /** Its text is not wanted any more. */
  abort(): void {
    this.#end({ kind: "nothing" });
  }

  #askNext(): void {
    const [target] = this.#targets;
    if (this.#isOver || target === undefined) return this.#leave({ kind: "nothing" });
    const { selection, time } = this.#request;
    this.#awaitOwner();
    this.#connection.client.ConvertSelection(this.#window, selection, target, this.#atoms.received, time);
  }

  #askForPart(): void {
    this.#awaitOwner();
    this.#connection.client.DeleteProperty(this.#window, this.#atoms.received);
  }

  #awaitOwner(): void {
    this.#isOwnersTurn = true;
    if (this.#isOver) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.abort(), STALLED_MS).unref();
  }

  #read(): void {
    const words = this.#isOver ? 0 : Math.ceil((this.#maxBytes + 1) / 4);
    this.#connection.client.GetProperty(0, this.#window, this.#atoms.received, 0, 0, words, (error, property) => {
      if (error) this.#leave({ kind: "nothing" });
      else if (!this.#parts && property.type === this.#atoms.incr) this.#beginParts(property.data);
      else this.#have(property);
      return true;
    });
  }

  /** The announced size is a lower bound. */
  #beginParts(size: Buffer): void {
    this.#parts = [];
    const announced = size.length >= 4 ? size.readUInt32LE(0) : 0;
    if (announced > this.#maxBytes) this.#end({ kind: "too_large", bytes: announced });
    this.#askForPart();
  }

  #have({ data, bytesAfter }: { data: Buffer; bytesAfter: number }): void {
    this.#bytes += data.length + bytesAfter;
    if (this.#bytes > this.#maxBytes) this.#end({ kind: "too_large", bytes: this.#bytes });
    if (this.#parts && data.length + bytesAfter > 0) {
      if (!this.#isOver) this.#parts.push(Buffer.from(data));
      this.#askForPart();
      return;
    }
    // The next answer finds no property, and the owner reads that it was taken.
    this.#connection.client.DeleteProperty(this.#window, this.#atoms.received);
    const whole = Buffer.concat([...(this.#parts ?? []), data]);
    if (this.#targets[0] === this.#atoms.targets) this.#choose(whole);
    else this.#leave({ kind: "text", text: this.#decode(whole) });
  }

  #choose(offered: Buffer): void {
    const targets = new Set<number>();
    for (let at = 0; at + 4 <= offered.length; at += 4) targets.add(offered.readUInt32LE(at));
    this.#targets = [this.#atoms.utf8, this.#atoms.string].filter((target) => targets.has(target));
    this.#parts = undefined;
    this.#bytes = 0;
    this.#askNext();
  }

  #decode(bytes: Buffer): string {
    return bytes.toString(this.#targets[0] === this.#atoms.string ? "latin1" : "utf8");
  }

  /** The result is known. What the owner has begun may go on. */
  #end(read: Read): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#parts &&= [];
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#leave(read), DRAIN_MS).unref();
    this.#settle(read);
  }

  /** The owner has nothing more to give. It may have a last word all the same. */
  #leave(read: Read): void {
    this.#end(read);
    clearTimeout(this.#timer);
    this.#isOwnersTurn = false;
    this.#timer = setTimeout(() => {
      this.#connection.client.DestroyWindow(this.#window);
      this.#tellLeft();
    }, STALLED_MS).unref();
  }
}
