/** Reads the text that somebody copied: the requestor's side of ICCCM 2.4 to 2.7. */
import x11, { type XEvent } from "x11";
import type { X11Connection } from "../x11/x11-connection.ts";
import type { Atoms } from "./atoms.ts";

/** An owner that says nothing for so long has gone, or will not answer. */
const STALLED_MS = 5_000;
const NEW_VALUE = 0;

export type Read =
  | { kind: "text"; text: string }
  /** At least so large. */
  | { kind: "too_large"; bytes: number }
  /** No text, or nobody who would give it. */
  | { kind: "nothing" };

/** Reads one selection once, and is then over. */
export class SelectionReader {
  readonly result: Promise<Read>;
  readonly #connection: X11Connection;
  readonly #atoms: Atoms;
  readonly #maxBytes: number;
  /** Its own, so that an owner notices by its end that nobody waits any more. */
  readonly #window: number;
  /** What is asked for now, and what after it. */
  #targets: number[];
  readonly #request: { selection: number; time: number };
  #parts: Buffer[] | undefined;
  #bytes = 0;
  #settle: (read: Read) => void = () => {};
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
    const { PropertyChange = 0 } = x11.eventMask;
    connection.client.CreateWindow(this.#window, connection.screen.root, -1, -1, 1, 1, 0, 0, 0, 0, {
      eventMask: PropertyChange,
    });
    this.#askNext();
  }

  take(event: XEvent): void {
    if (this.#isOver) return;
    if (event.name === "SelectionNotify" && event.requestor === this.#window && event.target === this.#targets[0]) {
      if (event.property === this.#atoms.none) {
        this.#targets.shift();
        this.#askNext();
      } else if (!this.#parts) this.#read(false);
    } else if (event.name === "PropertyNotify" && event.wid === this.#window && event.state === NEW_VALUE) {
      if (this.#parts) this.#read(true);
    }
  }

  /** Its text is not wanted any more. */
  abort(): void {
    this.#end({ kind: "nothing" });
  }

  #askNext(): void {
    const [target] = this.#targets;
    if (target === undefined) return this.#end({ kind: "nothing" });
    const { selection, time } = this.#request;
    this.#awaitOwner();
    this.#connection.client.ConvertSelection(this.#window, selection, target, this.#atoms.received, time);
  }

  #awaitOwner(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.abort(), STALLED_MS);
  }

  #read(isPart: boolean): void {
    this.#awaitOwner();
    const words = Math.ceil((this.#maxBytes + 1) / 4);
    // Not as a promise: the next event may come in the same breath, and must find what this answer changed. Deleting
    // the property asks for the next part.
    this.#connection.client.GetProperty(1, this.#window, this.#atoms.received, 0, 0, words, (error, property) => {
      if (error) this.abort();
      else if (!this.#isOver) this.#have(property, isPart);
      return true;
    });
  }

  #have({ type, bytesAfter, data }: { type: number; bytesAfter: number; data: Buffer }, isPart: boolean): void {
    if (!isPart && type === this.#atoms.incr) return this.#beginParts(data);
    if (this.#targets[0] === this.#atoms.targets) return this.#choose(data);
    this.#bytes += data.length + bytesAfter;
    if (this.#bytes > this.#maxBytes) return this.#end({ kind: "too_large", bytes: this.#bytes });
    if (isPart && data.length > 0) this.#parts?.push(Buffer.from(data));
    else this.#end({ kind: "text", text: this.#decode(Buffer.concat([...(this.#parts ?? []), data])) });
  }

  #choose(offered: Buffer): void {
    const targets = new Set<number>();
    for (let at = 0; at + 4 <= offered.length; at += 4) targets.add(offered.readUInt32LE(at));
    this.#targets = [this.#atoms.utf8, this.#atoms.string].filter((target) => targets.has(target));
    this.#askNext();
  }

  /** The announced size is a lower bound. */
  #beginParts(size: Buffer): void {
    const announced = size.length >= 4 ? size.readUInt32LE(0) : 0;
    if (announced > this.#maxBytes) this.#end({ kind: "too_large", bytes: announced });
    else this.#parts = [];
  }

  #decode(bytes: Buffer): string {
    return bytes.toString(this.#targets[0] === this.#atoms.string ? "latin1" : "utf8");
  }

  #end(read: Read): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#connection.client.DestroyWindow(this.#window);
    this.#settle(read);
  }
}
