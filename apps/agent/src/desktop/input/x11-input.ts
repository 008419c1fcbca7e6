/**
 * A viewer's pointer and keys, typed by XTEST. What a viewer does happens in its order, also when a character has to
 * wait for a key; what it holds down is let go exactly once, at the latest when it is closed.
 */
import type { DesktopDisplay } from "@sallyport/protocol";
import type { X11Connection } from "../x11/x11-connection.ts";
import type { InputEvent, InputSink } from "./input-sink.ts";
import { keysymsOfText } from "./keysyms.ts";
import { isCommandModifier, typedKey } from "./typed-key.ts";
import { WheelNotches } from "./wheel-notches.ts";
import { type Found, X11Keyboard } from "./x11-keyboard.ts";
import { X11Pointer } from "./x11-pointer.ts";

/** The bits of `MouseEvent.buttons`, as X numbers the buttons: left, right, middle, back, forward. */
const BUTTONS = [1, 3, 2, 8, 9] as const;
const WHEEL = { up: 4, down: 5, left: 6, right: 7 } as const;
/** More than anybody types while one character waits for a key. */
const MAX_WAITING = 10_000;

type Step = { kind: "event"; event: InputEvent; display: DesktopDisplay } | { kind: "tap"; keysyms: readonly number[] };

/** The input of a display; each viewer has a sink of its own. */
export class X11Input {
  readonly #connection: X11Connection;
  readonly #keyboard: X11Keyboard;
  readonly #pointer: X11Pointer;
  #sinks = 0;

  private constructor(connection: X11Connection, keyboard: X11Keyboard, pointer: X11Pointer) {
    this.#connection = connection;
    this.#keyboard = keyboard;
    this.#pointer = pointer;
  }

  /**
   * @param connection its own from now on
   * @throws Error in words when the X server cannot be typed on
   */
  static async open(connection: X11Connection): Promise<X11Input> {
    return new X11Input(connection, await X11Keyboard.open(connection), await X11Pointer.open(connection));
  }

  sink(): InputSink {
    this.#sinks += 1;
    return new X11Sink(String(this.#sinks), this.#keyboard, this.#pointer);
  }

  /** Close the sinks first: they let go of what they hold. */
  close(): void {
    this.#connection.close();
  }
}

class X11Sink implements InputSink {
  readonly #name: string;
  readonly #keyboard: X11Keyboard;
  readonly #pointer: X11Pointer;
  /** The keys that are down, by the viewer's name of them, and which key of the machine that is. */
  readonly #down = new Map<string, { keycode: number; key: string }>();
  #buttons = 0;
  readonly #wheel = { x: new WheelNotches(), y: new WheelNotches() };
  /** The key that went down last, if nothing came after it. */
  #justDown: string | undefined;
  #waiting: Step[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isWaitingForMap = false;
  #isClosed = false;

  constructor(name: string, keyboard: X11Keyboard, pointer: X11Pointer) {
    this.#name = name;
    this.#keyboard = keyboard;
    this.#pointer = pointer;
  }

  handle(event: InputEvent, display: DesktopDisplay): void {
    if (this.#isClosed) return;
    if (event.type === "text") {
      const room = MAX_WAITING - this.#waiting.length;
      const taps = keysymsOfText(event.text).slice(0, Math.max(room, 0));
      for (const keysyms of taps) this.#waiting.push({ kind: "tap", keysyms });
    } else {
      // Nobody can mean so much. A part of it would leave keys down.
      if (this.#waiting.length > 2 * MAX_WAITING) this.#giveUp();
      this.#enqueue({ kind: "event", event, display });
    }
    this.#work();
  }

  /** Of places where the pointer only passes, the last one counts. */
  #enqueue(step: Step & { kind: "event" }): void {
    const last = this.#waiting.at(-1);
    const isPassing =
      last?.kind === "event" &&
      last.event.type === "pointer" &&
      step.event.type === "pointer" &&
      last.event.buttons === step.event.buttons;
    if (isPassing) this.#waiting.pop();
    this.#waiting.push(step);
  }

  #work(): void {
    if (this.#timer) return;
    let done = 0;
    for (const step of this.#waiting) {
      if (this.#keyboard.loading) {
        this.#wakeUpAfter(this.#keyboard.loading);
        break;
      }
      const waitMs = this.#do(step);
      if (waitMs !== undefined) {
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          this.#work();
        }, Math.ceil(waitMs));
        break;
      }
      done += 1;
    }
    this.#waiting.splice(0, done);
  }

  #wakeUpAfter(loading: Promise<void>): void {
    if (this.#isWaitingForMap) return;
    this.#isWaitingForMap = true;
    const wakeUp = () => {
      this.#isWaitingForMap = false;
      this.#work();
    };
    loading.then(wakeUp, wakeUp);
  }

  /** @returns undefined when it is done; otherwise how long to wait before it is tried again */
  #do(step: Step): number | undefined {
    if (step.kind === "tap") {
      const found = this.#keyboard.find(step.keysyms);
      if (found && "stroke" in found) this.#keyboard.tap(found.stroke);
      return waitOf(found);
    }
    const { event, display } = step;
    switch (event.type) {
      case "key":
        return event.down ? this.#keyDown(event) : this.#keyUp(event);
      case "pointer": {
        const within = (value: number, size: number) => Math.min(Math.max(value, 0), size - 1);
        this.#pointer.moveTo(display.x + within(event.x, display.width), display.y + within(event.y, display.height));
        this.#setButtons(event.buttons);
        return undefined;
      }
      case "motion":
        this.#pointer.moveBy(event.dx, event.dy);
        this.#setButtons(event.buttons);
        return undefined;
      case "wheel":
        this.#turn(this.#wheel.y.add(event.dy), WHEEL.down, WHEEL.up);
        this.#turn(this.#wheel.x.add(event.dx), WHEEL.right, WHEEL.left);
        return undefined;
      case "release":
        this.#letGo();
        return undefined;
      case "text":
        return undefined;
    }
  }

  #keyDown({ code, key }: { code: string; key: string }): number | undefined {
    const id = code || key;
    if (key === "AltGraph") this.#dropControlOfAltGraph();
    const keys = [...this.#down.values()].map((held) => held.key);
    const isCommand = keys.some(isCommandModifier);
    const typed = typedKey({ code, key }, { shift: keys.includes("Shift"), command: isCommand });
    if (typed.kind === "nothing") return undefined;
    const found =
      typed.kind === "character"
        ? this.#keyboard.find(typed.keysyms, { isCommand })
        : this.#keyboard.findKey(typed.keysyms, typed.isModifier);
    if (found && "stroke" in found) {
      const before = this.#down.get(id);
      // The key stands for something else now, as when a modifier went down in between.
      if (before && before.keycode !== found.stroke.keycode) this.#keyboard.release(before.keycode, this.#holder(id));
      this.#down.set(id, { keycode: found.stroke.keycode, key });
      this.#keyboard.press(found.stroke, this.#holder(id));
      this.#justDown = id;
    }
    return waitOf(found);
  }

  #keyUp({ code, key }: { code: string; key: string }): undefined {
    const id = code || key;
    this.#justDown = undefined;
    const held = this.#down.get(id);
    if (!held) return;
    this.#down.delete(id);
    this.#keyboard.release(held.keycode, this.#holder(id));
  }

  /** Windows says of AltGr that Control goes down, and then AltGr: the first is not meant. */
  #dropControlOfAltGraph(): void {
    if (this.#justDown === "ControlLeft") this.#keyUp({ code: "ControlLeft", key: "Control" });
  }

  #setButtons(buttons: number): void {
    BUTTONS.forEach((button, bit) => {
      const isDown = (buttons & (1 << bit)) !== 0;
      const wasDown = (this.#buttons & (1 << bit)) !== 0;
      if (isDown && !wasDown) this.#pointer.press(button, this.#name);
      if (!isDown && wasDown) this.#pointer.release(button, this.#name);
    });
    this.#buttons = buttons;
  }

  #turn(notches: number, forward: number, back: number): void {
    for (let left = Math.abs(notches); left > 0; left -= 1) this.#pointer.click(notches > 0 ? forward : back);
  }

  #letGo(): void {
    for (const [id, { keycode }] of [...this.#down].reverse()) this.#keyboard.release(keycode, this.#holder(id));
    this.#down.clear();
    this.#justDown = undefined;
    this.#setButtons(0);
  }

  #holder(id: string): string {
    return `${this.#name}:${id}`;
  }

  #giveUp(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
    this.#letGo();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#giveUp();
  }
}

const waitOf = (found: Found): number | undefined => (found && "waitMs" in found ? found.waitMs : undefined);
