/** The clipboard of an X display, for one viewer: what is copied on either side can be pasted on the other. */
import { CLIPBOARD_BYTES } from "@sallyport/protocol";
import x11, { type XEvent, type XFixes } from "x11";
import type { Clipboard, ClipboardEvents } from "../input/input-sink.ts";
import type { X11Connection } from "../x11/x11-connection.ts";
import { type Atoms, clipboardAtoms } from "./atoms.ts";
import { SelectionOwner } from "./selection-owner.ts";
import { SelectionReader } from "./selection-reader.ts";

/** A program that copies without end is asked no more often than this. */
const REST_MS = 100;
/** Clipboard managers take over what was copied. If it comes back so soon after it was offered, it is that. */
const ECHO_MS = 3_000;
const NEW_OWNER = 0;
const APPEND = 2;

export class X11Clipboard implements Clipboard {
  readonly #connection: X11Connection;
  readonly #atoms: Atoms;
  readonly #window: number;
  readonly #owner: SelectionOwner;
  readonly #events: ClipboardEvents;
  readonly #echoMs: number;
  #offered: { text: string; atMs: number } | undefined;
  /** Offered and waiting for the server's time. */
  #toOffer: string | undefined;
  #reader: SelectionReader | undefined;
  /** Also those whose text is not wanted any more, until their owner has answered. */
  readonly #readers = new Set<SelectionReader>();
  #rest: NodeJS.Timeout | undefined;
  /** The time of the latest copy that was not read yet. */
  #unread: number | undefined;
  #isClosed = false;

  private constructor(connection: X11Connection, atoms: Atoms, events: ClipboardEvents, echoMs: number) {
    this.#connection = connection;
    this.#atoms = atoms;
    this.#events = events;
    this.#echoMs = echoMs;
    this.#window = connection.client.AllocID();
    this.#owner = new SelectionOwner(connection, atoms, this.#window);
  }

  /**
   * @param connection its own from now on
   * @throws Error in words when the server has no XFixes, or is gone
   */
  static async open(
    connection: X11Connection,
    events: ClipboardEvents,
    { echoMs = ECHO_MS }: { echoMs?: number } = {},
  ): Promise<X11Clipboard> {
    const [fixes, atoms] = await Promise.all([connection.extension("fixes"), clipboardAtoms(connection)]);
    const clipboard = new X11Clipboard(connection, atoms, events, echoMs);
    clipboard.#start(fixes);
    // What is copied from now on is noticed.
    await connection.sync();
    return clipboard;
  }

  #start(fixes: XFixes): void {
    const { client, screen } = this.#connection;
    const { PropertyChange = 0 } = x11.eventMask;
    client.CreateWindow(this.#window, screen.root, -1, -1, 1, 1, 0, 0, 0, 0, { eventMask: PropertyChange });
    client.on("event", (event) => this.#take(event));
    const all = 0b111;
    fixes.SelectSelectionInput(this.#window, this.#atoms.clipboard, all);
  }

  /** A text beyond CLIPBOARD_BYTES is not offered. */
  offer(text: string): void {
    if (this.#isClosed || Buffer.byteLength(text) > CLIPBOARD_BYTES) return;
    const isWaiting = this.#toOffer !== undefined;
    this.#toOffer = text;
    // A selection is taken with the time of an event: a change of nothing makes one.
    if (!isWaiting) {
      const { received, string } = this.#atoms;
      this.#connection.client.ChangeProperty(APPEND, this.#window, received, string, 8, "");
    }
  }

  #take(event: XEvent): void {
    // The core event of this name says that something was read; that of XFixes, that there is a new owner.
    if (event.name === "SelectionNotify" && event.selectionTimestamp !== undefined) this.#noteOwner(event);
    else if (event.name === "PropertyNotify" && event.wid === this.#window) this.#own(event.time);
    else {
      this.#owner.take(event);
      for (const reader of this.#readers) reader.take(event);
    }
  }

  #own(time: number): void {
    const text = this.#toOffer;
    if (text === undefined || this.#isClosed) return;
    this.#toOffer = undefined;
    this.#offered = { text, atMs: performance.now() };
    // The middle button pastes the other one.
    this.#owner.offer(text, [this.#atoms.clipboard, this.#atoms.primary], time);
  }

  #noteOwner({ owner, selectionTimestamp, subtype }: XEvent): void {
    // Whatever was being read is no longer what is to be pasted.
    this.#reader?.abort();
    this.#unread = subtype === NEW_OWNER && owner !== 0 && owner !== this.#window ? selectionTimestamp : undefined;
    if (!this.#rest) this.#readNext();
  }

  #readNext(): void {
    this.#rest = undefined;
    const time = this.#unread;
    if (time === undefined || this.#isClosed) return;
    this.#unread = undefined;
    this.#rest = setTimeout(() => this.#readNext(), REST_MS);
    const reader = new SelectionReader(this.#connection, {
      atoms: this.#atoms,
      maxBytes: CLIPBOARD_BYTES,
      selection: this.#atoms.clipboard,
      time,
    });
    this.#reader = reader;
    this.#readers.add(reader);
    void reader.left.then(() => this.#readers.delete(reader));
    void reader.result.then((read) => {
      if (this.#reader === reader) this.#reader = undefined;
      if (this.#isClosed) return;
      if (read.kind === "too_large") this.#events.tooLarge(read.bytes);
      else if (read.kind === "text" && read.text !== "" && !this.#isEcho(read.text)) this.#events.copied(read.text);
    });
  }

  #isEcho(text: string): boolean {
    return this.#offered?.text === text && performance.now() - this.#offered.atMs < this.#echoMs;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#rest);
    this.#reader?.abort();
    this.#owner.close();
    // Who has just asked for it is told that there is nothing; some programs would wait for ever.
    const close = () => this.#connection.close();
    const left = [...this.#readers].map((reader) => reader.left);
    Promise.all([this.#connection.sync(), ...left]).then(close, close);
  }
}
