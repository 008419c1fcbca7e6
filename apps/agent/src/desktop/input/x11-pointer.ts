/** The pointer of an X display, as all its viewers share it. */
import type { XTest } from "x11";
import type { X11Connection } from "../x11/x11-connection.ts";
import { Held } from "./held.ts";
import { heldOnDisplay } from "./held-on-display.ts";

const HELD_PROPERTY = "_SALLYPORT_HELD_BUTTONS";
const POINTER_MAPPED = 2;
const ABSOLUTE = 0;
const RELATIVE = 1;

export class X11Pointer {
  readonly #connection: X11Connection;
  readonly #xtest: XTest;
  #held = new Held();
  /** Which button a physical one is; somebody left-handed has the first and the third exchanged. */
  #mapping: readonly number[] = [];

  private constructor(connection: X11Connection, xtest: XTest) {
    this.#connection = connection;
    this.#xtest = xtest;
  }

  static async open(connection: X11Connection): Promise<X11Pointer> {
    const pointer = new X11Pointer(connection, await connection.extension("xtest"));
    connection.client.on("event", ({ name, request }) => {
      if (name === "MappingNotify" && request === POINTER_MAPPED) pointer.#readMapping().catch(() => {});
    });
    await pointer.#readMapping();
    pointer.#held = await heldOnDisplay(connection, HELD_PROPERTY, (button) => pointer.#fake(button, false));
    return pointer;
  }

  async #readMapping(): Promise<void> {
    this.#mapping = await this.#connection.ask<number[]>((reply) => this.#connection.client.GetPointerMapping(reply));
  }

  /** In pixels of the whole screen. */
  moveTo(x: number, y: number): void {
    this.#xtest.FakeInput(this.#xtest.MotionNotify, ABSOLUTE, 0, this.#connection.screen.root, x, y);
  }

  moveBy(dx: number, dy: number): void {
    this.#xtest.FakeInput(this.#xtest.MotionNotify, RELATIVE, 0, 0, dx, dy);
  }

  press(button: number, holder: string): void {
    const isDown = this.#held.has(button);
    this.#held.add(button, holder);
    if (!isDown) this.#fake(button, true);
  }

  release(button: number, holder: string): void {
    if (this.#held.remove(button, holder)) this.#fake(button, false);
  }

  /** Presses it and lets it go, as wheels do. */
  click(button: number): void {
    this.#fake(button, true);
    this.#fake(button, false);
  }

  #fake(button: number, isDown: boolean): void {
    const physical = this.#mapping.indexOf(button) + 1;
    if (physical === 0) return;
    this.#xtest.FakeInput(isDown ? this.#xtest.ButtonPress : this.#xtest.ButtonRelease, physical, 0, 0, 0, 0);
  }
}
