/** Gives a text to every program that pastes: the owner's side of ICCCM 2.2 to 2.7. */
import x11, { type XEvent } from "x11";
import type { X11Connection } from "../x11/x11-connection.ts";
import type { Atoms } from "./atoms.ts";

/** What is larger goes in parts of this size. */
const PART_BYTES = 64 * 1024;
/** A program that asked for a text and does not take its next part for so long has gone. */
const STALLED_MS = 10_000;
/** Each holds the text that it began with. */
const MAX_TRANSFERS = 16;
const MAX_PAIRS = 16;

const REPLACE = 0;
const DELETED = 1;

interface Transfer {
  requestor: number;
  property: number;
  type: number;
  rest: Buffer;
  timer: NodeJS.Timeout;
}

interface Answer {
  type: number;
  format: 8 | 32;
  data: Buffer | number[];
}

export class SelectionOwner {
  readonly #connection: X11Connection;
  readonly #atoms: Atoms;
  readonly #window: number;
  #offered: { text: string; time: number } | undefined;
  /** The selections that are ours as long as nobody else takes them. */
  readonly #owned = new Set<number>();
  readonly #transfers = new Map<string, Transfer>();

  /** @param window that owns the selections; it must tell of changes of its properties */
  constructor(connection: X11Connection, atoms: Atoms, window: number) {
    this.#connection = connection;
    this.#atoms = atoms;
    this.#window = window;
  }

  /** @param time of the server, when it was copied */
  offer(text: string, selections: readonly number[], time: number): void {
    this.#offered = { text, time };
    for (const selection of selections) {
      this.#owned.add(selection);
      this.#connection.client.SetSelectionOwner(this.#window, selection, time);
    }
  }

  take(event: XEvent): void {
    if (event.name === "SelectionRequest" && event.owner === this.#window) {
      this.#answer(event).catch(() => {});
    } else if (event.name === "SelectionClear" && event.owner === this.#window) {
      if (this.#offered && event.time >= this.#offered.time) this.#owned.delete(event.selection);
    } else if (event.name === "PropertyNotify" && event.state === DELETED) {
      const transfer = this.#transfers.get(keyOf(event.wid, event.atom));
      if (transfer) this.#sendPart(transfer);
    } else if (event.name === "DestroyNotify") {
      for (const transfer of this.#transfers.values()) if (transfer.requestor === event.wid) this.#drop(transfer);
    }
  }

  /** Gives nothing any more, and says so to whoever asks. */
  close(): void {
    for (const selection of this.#owned) this.#connection.client.SetSelectionOwner(0, selection, 0);
    this.#owned.clear();
    for (const transfer of this.#transfers.values()) this.#drop(transfer);
  }

  async #answer({ requestor, selection, target, property, time }: XEvent): Promise<void> {
    // Old programs name no property: the target serves as its name.
    const place = property || target;
    const isDone =
      this.#owned.has(selection) &&
      (target === this.#atoms.multiple
        ? property !== 0 && (await this.#convertMany(requestor, property))
        : this.#convert(requestor, target, place));
    this.#connection.client.SendEvent(requestor, 0, 0, {
      name: "SelectionNotify",
      time,
      requestor,
      selection,
      target,
      property: isDone ? place : this.#atoms.none,
    });
  }

  /** MULTIPLE: pairs of target and property; the property of what cannot be had becomes none. */
  async #convertMany(requestor: number, property: number): Promise<boolean> {
    const { client, ask } = this.#connection;
    const { data } = await ask<{ data: Buffer }>((reply) =>
      client.GetProperty(0, requestor, property, this.#atoms.atomPair, 0, 2 * MAX_PAIRS, reply),
    );
    const pairs: number[] = [];
    for (let at = 0; at + 8 <= data.length; at += 8) {
      const [target, place] = [data.readUInt32LE(at), data.readUInt32LE(at + 4)];
      const isDone = target !== this.#atoms.multiple && place !== 0 && this.#convert(requestor, target, place);
      pairs.push(target, isDone ? place : this.#atoms.none);
    }
    client.ChangeProperty(REPLACE, requestor, property, this.#atoms.atomPair, 32, pairs);
    return pairs.length > 0;
  }

  #convert(requestor: number, target: number, property: number): boolean {
    const answer = this.#answerOf(target);
    if (!answer) return false;
    const { type, format, data } = answer;
    if (Buffer.isBuffer(data) && data.length > PART_BYTES) return this.#begin(requestor, property, type, data);
    this.#connection.client.ChangeProperty(REPLACE, requestor, property, type, format, data);
    return true;
  }

  #answerOf(target: number): Answer | undefined {
    const { targets, timestamp, multiple, utf8, plainUtf8, plain, text, string, atom, integer } = this.#atoms;
    if (!this.#offered) return undefined;
    switch (target) {
      case targets: {
        const data = [targets, timestamp, multiple, utf8, plainUtf8, plain, text, string];
        return { type: atom, format: 32, data };
      }
      case timestamp:
        return { type: integer, format: 32, data: [this.#offered.time] };
      case utf8:
      case text:
        return { type: utf8, format: 8, data: Buffer.from(this.#offered.text) };
      case plainUtf8:
      case plain:
        return { type: target, format: 8, data: Buffer.from(this.#offered.text) };
      case string:
        return { type: string, format: 8, data: latin1(this.#offered.text) };
      default:
        return undefined;
    }
  }

  /** INCR: the size first; each part when the one before has been deleted; an empty one at the end. */
  #begin(requestor: number, property: number, type: number, data: Buffer): boolean {
    if (this.#transfers.size >= MAX_TRANSFERS) return false;
    const { client } = this.#connection;
    const before = this.#transfers.get(keyOf(requestor, property));
    if (before) this.#drop(before);
    const timer = setTimeout(() => this.#drop(transfer), STALLED_MS);
    const transfer = { requestor, property, type, rest: data, timer };
    this.#transfers.set(keyOf(requestor, property), transfer);
    const { PropertyChange = 0, StructureNotify = 0 } = x11.eventMask;
    client.ChangeWindowAttributes(requestor, { eventMask: PropertyChange | StructureNotify });
    client.ChangeProperty(REPLACE, requestor, property, this.#atoms.incr, 32, [data.length]);
    return true;
  }

  #sendPart(transfer: Transfer): void {
    const { requestor, property, type, rest, timer } = transfer;
    timer.refresh();
    this.#connection.client.ChangeProperty(REPLACE, requestor, property, type, 8, rest.subarray(0, PART_BYTES));
    if (rest.length === 0) this.#drop(transfer);
    transfer.rest = rest.subarray(PART_BYTES);
  }

  #drop({ requestor, property, timer }: Transfer): void {
    clearTimeout(timer);
    this.#transfers.delete(keyOf(requestor, property));
    const isUsed = [...this.#transfers.values()].some((other) => other.requestor === requestor);
    if (!isUsed) this.#connection.client.ChangeWindowAttributes(requestor, { eventMask: 0 });
  }
}

const keyOf = (window: number, property: number): string => `${window}/${property}`;

/** What Latin-1 lacks is a question mark to programs that know nothing else. */
const latin1 = (text: string): Buffer => Buffer.from(text.replace(/[^\0-\xff]/gu, "?"), "latin1");
