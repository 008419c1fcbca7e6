/** A program on an X display that writes down what is typed and clicked into its window, as toolkits understand it. */
import x11, { type XEvent } from "x11";
import type { X11Connection } from "../desktop/x11/x11-connection.ts";

export interface RecordedEvent {
  name: string;
  /** Key or button. */
  detail: number;
  keysym: number;
  /** Of the modifiers: `Shift`, `Lock`, `Control`, `Mod1` to `Mod5`. */
  modifiers: string[];
  x: number;
  y: number;
  time: number;
}

const MODIFIERS = ["Shift", "Lock", "Control", "Mod1", "Mod2", "Mod3", "Mod4", "Mod5"];
const LEVEL_3 = 1 << 7;
const SHIFT = 1 << 0;

export class KeyRecorder {
  readonly events: RecordedEvent[] = [];
  readonly #connection: X11Connection;
  readonly window: number;
  /** Toolkits ask what a key means when they handle it: each event waits for the answer to the one before. */
  #handled: Promise<void> = Promise.resolve();

  private constructor(connection: X11Connection) {
    this.#connection = connection;
    this.window = connection.client.AllocID();
  }

  static async open(connection: X11Connection): Promise<KeyRecorder> {
    const recorder = new KeyRecorder(connection);
    const { client, screen } = connection;
    const { KeyPress = 0, KeyRelease = 0, ButtonPress = 0, ButtonRelease = 0, PointerMotion = 0 } = x11.eventMask;
    client.CreateWindow(recorder.window, screen.root, 0, 0, screen.pixel_width, screen.pixel_height, 0, 0, 0, 0, {
      overrideRedirect: true,
      eventMask: KeyPress | KeyRelease | ButtonPress | ButtonRelease | PointerMotion,
    });
    client.MapWindow(recorder.window);
    await connection.sync();
    client.SetInputFocus(recorder.window, 1);
    client.on("event", (event) => recorder.#take(event));
    await connection.sync();
    return recorder;
  }

  #take(event: XEvent): void {
    if (event.wid !== this.window) return;
    // What comes when the server ends is of no interest.
    this.#handled = this.#handled.then(() => this.#note(event)).catch(() => {});
  }

  async #note(event: XEvent): Promise<void> {
    const isKey = event.name.startsWith("Key");
    this.events.push({
      name: event.name,
      detail: event.keycode,
      keysym: isKey ? await this.#keysym(event) : 0,
      modifiers: MODIFIERS.filter((_, bit) => (event.buttons & (1 << bit)) !== 0),
      x: event.x,
      y: event.y,
      time: event.time,
    });
  }

  async #keysym({ keycode, buttons }: XEvent): Promise<number> {
    const [row = []] = await this.#connection.ask<number[][]>((reply) =>
      this.#connection.client.GetKeyboardMapping(keycode, 1, reply),
    );
    const column = (buttons & LEVEL_3 ? 4 : 0) + (buttons & SHIFT ? 1 : 0);
    return row[column] ?? 0;
  }

  /** What was recorded since the last call, once everything that was sent before has arrived. */
  async taken(...senders: X11Connection[]): Promise<RecordedEvent[]> {
    for (const sender of senders) await sender.sync();
    await this.#connection.sync();
    await this.#handled;
    return this.events.splice(0);
  }

  /** The keys that were pressed, as `Control+Shift+v` or `Return`. */
  async chords(...senders: X11Connection[]): Promise<string[]> {
    const events = await this.taken(...senders);
    return events
      .filter(({ name }) => name === "KeyPress")
      .map((event) => [...event.modifiers, nameOf(event.keysym)].join("+"));
  }
}

const NAMES = new Map(Object.entries(x11.keySyms).map(([name, { code }]) => [code, name.replace("XK_", "")]));

function nameOf(keysym: number): string {
  if (keysym > 0x20 && keysym <= 0xff) return String.fromCodePoint(keysym);
  if (keysym > 0x0100_0000 && keysym < 0x0111_0000) return String.fromCodePoint(keysym - 0x0100_0000);
  return NAMES.get(keysym) ?? keysym.toString(16);
}
