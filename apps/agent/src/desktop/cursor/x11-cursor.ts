/** The shape of the pointer of an X display, whenever it changes (XFixes). */
import type { XFixes } from "x11";
import type { CursorEvents } from "../input/input-sink.ts";
import type { X11Connection } from "../x11/x11-connection.ts";
import { cursorShape } from "./cursor-shape.ts";

/** Animated pointers, and hostile programs, change it without end. */
const REST_MS = 40;
const DISPLAY_CURSOR = 1;

export class X11Cursor {
  readonly #connection: X11Connection;
  readonly #fixes: XFixes;
  readonly #events: CursorEvents;
  /** The id of what was told last; `null` when it was hidden. */
  #told: number | null | undefined;
  #rest: NodeJS.Timeout | undefined;
  #isAsking = false;
  #hasChanged = false;
  #isClosed = false;

  private constructor(connection: X11Connection, fixes: XFixes, events: CursorEvents) {
    this.#connection = connection;
    this.#fixes = fixes;
    this.#events = events;
  }

  /**
   * Tells the present shape first.
   *
   * @param connection its own from now on
   * @throws Error in words when the server has no XFixes, or is gone
   */
  static async open(connection: X11Connection, events: CursorEvents): Promise<X11Cursor> {
    const cursor = new X11Cursor(connection, await connection.extension("fixes"), events);
    connection.client.on("event", ({ name }) => {
      if (name === "CursorNotify") cursor.#change();
    });
    cursor.#fixes.SelectCursorInput(connection.screen.root, DISPLAY_CURSOR);
    cursor.#change();
    return cursor;
  }

  #change(): void {
    this.#hasChanged = true;
    if (!this.#isAsking && !this.#rest) this.#look();
  }

  #look(): void {
    if (!this.#hasChanged || this.#isClosed) return;
    this.#hasChanged = false;
    this.#isAsking = true;
    const next = () => {
      this.#isAsking = false;
      this.#rest = setTimeout(() => {
        this.#rest = undefined;
        this.#look();
      }, REST_MS);
    };
    this.#tell().then(next, next);
  }

  async #tell(): Promise<void> {
    const image = await this.#connection.ask<Parameters<typeof cursorShape>[0]>((reply) =>
      this.#fixes.GetCursorImage(reply),
    );
    if (this.#isClosed) return;
    const shape = cursorShape(image);
    const id = shape?.id ?? null;
    if (id === this.#told) return;
    this.#told = id;
    this.#events.changed(shape);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#rest);
    this.#connection.close();
  }
}
