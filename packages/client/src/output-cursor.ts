/**
 * How far the output of a session has come in this window. It survives sockets: what one has brought may be drawn when
 * the next is open already.
 *
 * Invariants: `drawn <= received`; what is drawn is never overstated, because bytes are drawn in the order they came,
 * those of a screen included; `toAcknowledge` only grows within an attachment.
 */
export class OutputCursor {
  #received: number;
  /** Whether the window shows everything before `received`, as bytes or as a picture. */
  #complete: boolean;
  /** Handed to the terminal and not drawn yet. */
  #undrawn = 0;
  #acknowledged: number;

  /** `have`: the window has every byte before it; undefined when it has nothing. */
  constructor(have?: number) {
    this.#received = have ?? 0;
    this.#complete = have !== undefined;
    this.#acknowledged = this.#received;
  }

  /** The offset behind the last byte that came. */
  get received(): number {
    return this.#received;
  }

  /** What to ask for at the next attach: undefined when the screen must be drawn anew. */
  get have(): number | undefined {
    return this.#complete ? this.#received : undefined;
  }

  /** How far the host knows that we have drawn. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** How much was drawn that the host does not know of. */
  get drawnAhead(): number {
    return Math.max(0, this.#received - this.#undrawn - this.#acknowledged);
  }

  /** Output goes on at `start`. `screen`: pieces of a picture come first; the window has nothing until they all came. */
  attach(start: number, { screen }: { screen: boolean }): void {
    this.#received = start;
    this.#acknowledged = start;
    this.#complete = !screen;
  }

  /** A piece of the screen came. It has no offsets, but it is drawn before what follows. */
  screen(byteCount: number): void {
    this.#undrawn += byteCount;
  }

  output(byteCount: number): void {
    this.#undrawn += byteCount;
    this.#received += byteCount;
    this.settle();
  }

  /** Something came that the host sends only after the whole screen. */
  settle(): void {
    this.#complete = true;
  }

  drawn(byteCount: number): void {
    this.#undrawn = Math.max(0, this.#undrawn - byteCount);
  }

  /** Returns the offset to acknowledge now. */
  acknowledge(): number {
    this.#acknowledged += this.drawnAhead;
    return this.#acknowledged;
  }

  /** The window was cleared. `have` as at construction: 0 asks for everything that is kept, undefined for the screen. */
  clear(have?: number): void {
    this.#received = have ?? 0;
    this.#complete = have !== undefined;
    this.#acknowledged = this.#received;
  }
}
