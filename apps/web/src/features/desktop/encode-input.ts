/** What a person does, as the messages of `DesktopInput`. Pure: no page, no clock. */
import { DESKTOP_PIXELS, type DesktopInput } from "@sallyport/protocol";

export type InputMessage = Extract<DesktopInput, { type: "pointer" | "motion" | "wheel" | "key" | "text" | "release" }>;
type Send = (message: InputMessage) => void;

/** As `MouseEvent.buttons` counts them. */
export const BUTTON = { left: 1, right: 2, middle: 4 } as const;
const BUTTONS = 0b1_1111;

/**
 * The pointer, at most once for each picture that the browser draws; but no press and no release is ever lost, or told
 * at another place than where it happened.
 */
export class PointerSender {
  readonly #send: Send;
  #sent = { x: -1, y: -1, buttons: 0 };
  #waiting: { x: number; y: number } | undefined;

  constructor(send: Send) {
    this.#send = send;
  }

  get buttons(): number {
    return this.#sent.buttons;
  }

  at(x: number, y: number, buttons: number): void {
    const held = buttons & BUTTONS;
    if (held === this.#sent.buttons) {
      this.#waiting = { x, y };
      return;
    }
    // The way to the button first, which is where a drag or a menu began.
    this.flush();
    this.#tell(x, y, held);
  }

  /** Tells the newest place, if there is one; called once per animation frame. */
  flush(): void {
    const to = this.#waiting;
    this.#waiting = undefined;
    if (to && (to.x !== this.#sent.x || to.y !== this.#sent.y)) this.#tell(to.x, to.y, this.#sent.buttons);
  }

  /** Nothing is held any more; the machine was told so in another way. */
  forget(): void {
    this.#sent.buttons = 0;
    this.#waiting = undefined;
  }

  #tell(x: number, y: number, buttons: number): void {
    this.#sent = { x, y, buttons };
    this.#send({ type: "pointer", x, y, buttons });
  }
}

/** How far a held pointer moved: summed up, whole pixels told, the rest kept. */
export class MotionSender {
  readonly #send: Send;
  #dx = 0;
  #dy = 0;
  #buttons = 0;

  constructor(send: Send) {
    this.#send = send;
  }

  by(dx: number, dy: number, buttons: number): void {
    const held = buttons & BUTTONS;
    if (held !== this.#buttons) {
      this.flush();
      this.#buttons = held;
      this.#dx += dx;
      this.#dy += dy;
      this.#tell();
      return;
    }
    this.#dx += dx;
    this.#dy += dy;
  }

  flush(): void {
    if (Math.trunc(this.#dx) !== 0 || Math.trunc(this.#dy) !== 0) this.#tell();
  }

  forget(): void {
    this.#dx = 0;
    this.#dy = 0;
    this.#buttons = 0;
  }

  #tell(): void {
    const dx = clamp(Math.trunc(this.#dx), DESKTOP_PIXELS);
    const dy = clamp(Math.trunc(this.#dy), DESKTOP_PIXELS);
    this.#dx -= dx;
    this.#dy -= dy;
    this.#send({ type: "motion", dx: dx + 0, dy: dy + 0, buttons: this.#buttons });
  }
}

interface WheelLike {
  deltaX: number;
  deltaY: number;
  deltaMode: number;
}

/** What one notch of a wheel is, in the units of `WheelEvent.deltaMode`: pixels, lines, pages. */
const PER_NOTCH = [100, 3, 1];
const UNITS = 120;
const MOST_UNITS = 12_000;

/** The wheel in 1/120 of a notch: whole units are told, the rest of a slow finger is kept. */
export class WheelSender {
  readonly #send: Send;
  #dx = 0;
  #dy = 0;

  constructor(send: Send) {
    this.#send = send;
  }

  turn({ deltaX, deltaY, deltaMode }: WheelLike): void {
    const unit = UNITS / (PER_NOTCH[deltaMode] ?? UNITS);
    this.#dx += deltaX * unit;
    this.#dy += deltaY * unit;
  }

  flush(): void {
    const dx = clamp(Math.trunc(this.#dx), MOST_UNITS);
    const dy = clamp(Math.trunc(this.#dy), MOST_UNITS);
    if (dx === 0 && dy === 0) return;
    // Beyond what one message may say it is let go: it would go on scrolling after the finger has stopped.
    this.#dx = Math.abs(dx) === MOST_UNITS ? 0 : this.#dx - dx;
    this.#dy = Math.abs(dy) === MOST_UNITS ? 0 : this.#dy - dy;
    this.#send({ type: "wheel", dx: dx + 0, dy: dy + 0 });
  }
}

interface KeyLike {
  code: string;
  key: string;
}

/** Keys that have no meaning of their own: what comes of them is told as text. */
const NOT_KEYS = new Set(["Dead", "Process", "Unidentified", "Compose"]);
const NAME_CHARS = 32;

export const isKey = ({ code, key }: KeyLike): boolean =>
  code !== "" && code.length <= NAME_CHARS && key.length <= NAME_CHARS && !NOT_KEYS.has(key);

/**
 * Keys that are down. A key that goes up is the key that went down, whatever Shift has become meanwhile; and nothing
 * stays down for ever: macOS tells no release of a key that was pressed together with Command.
 */
export class KeySender {
  readonly #send: Send;
  readonly #isMac: boolean;
  readonly #held = new Map<string, { key: string; withMeta: boolean }>();

  constructor(send: Send, { isMac }: { isMac: boolean }) {
    this.#send = send;
    this.#isMac = isMac;
  }

  get isHolding(): boolean {
    return this.#held.size > 0;
  }

  down(event: KeyLike): void {
    const { code, key } = this.#translate(event);
    // Windows tells AltGr as Control and Alt; with Control held, no character would come out.
    if (key === "AltGraph" && this.#held.has("ControlLeft")) this.up({ code: "ControlLeft", key: "Control" });
    const withMeta = this.#isMac && [...this.#held.keys()].some(isCommand);
    this.#held.set(code, { key, withMeta });
    this.#send({ type: "key", code, key, down: true });
  }

  up(event: KeyLike): void {
    const { code } = this.#translate(event);
    const held = this.#held.get(code);
    if (!held) return;
    this.#release(code, held.key);
    if (!this.#isMac || !isCommand(code)) return;
    for (const [other, { key, withMeta }] of [...this.#held]) if (withMeta) this.#release(other, key);
  }

  /** The keyboard is somebody else's now. */
  releaseAll(): void {
    if (this.#held.size === 0) return;
    this.#held.clear();
    this.#send({ type: "release" });
  }

  #release(code: string, key: string): void {
    this.#held.delete(code);
    this.#send({ type: "key", code, key, down: false });
  }

  /** Who copies with Command means the Control of the machine. */
  #translate({ code, key }: KeyLike): KeyLike {
    if (!this.#isMac || key !== "Meta") return { code, key };
    return { code: code === "MetaRight" ? "ControlRight" : "ControlLeft", key: "Control" };
  }
}

/** What Command became. */
const isCommand = (code: string): boolean => code === "ControlLeft" || code === "ControlRight";

const KEYS: Record<string, KeyLike> = {
  Ctrl: { code: "ControlLeft", key: "Control" },
  Alt: { code: "AltLeft", key: "Alt" },
  Shift: { code: "ShiftLeft", key: "Shift" },
  Super: { code: "MetaLeft", key: "Meta" },
  Del: { code: "Delete", key: "Delete" },
  Esc: { code: "Escape", key: "Escape" },
  Space: { code: "Space", key: " " },
  "↑": { code: "ArrowUp", key: "ArrowUp" },
  "↓": { code: "ArrowDown", key: "ArrowDown" },
  "←": { code: "ArrowLeft", key: "ArrowLeft" },
  "→": { code: "ArrowRight", key: "ArrowRight" },
  PgUp: { code: "PageUp", key: "PageUp" },
  PgDn: { code: "PageDown", key: "PageDown" },
};

/** A key by the name that is written on it. */
export function namedKey(name: string): KeyLike {
  const known = KEYS[name];
  if (known) return known;
  if (/^[A-Z]$/.test(name)) return { code: `Key${name}`, key: name.toLowerCase() };
  if (/^\d$/.test(name)) return { code: `Digit${name}`, key: name };
  return { code: name, key: name };
}

/** Keys that are pressed together, in this order, and let go in the other. */
export function combination(names: readonly string[]): InputMessage[] {
  const keys = names.map(namedKey);
  return [
    ...keys.map((key) => ({ type: "key", ...key, down: true }) as const),
    ...keys.toReversed().map((key) => ({ type: "key", ...key, down: false }) as const),
  ];
}

const TEXT_CHARS = 4_096;

/** Text that no key made, in messages that are not too long. */
export function typedText(text: string): InputMessage[] {
  const messages: InputMessage[] = [];
  let piece = "";
  for (const character of text) {
    if (piece.length + character.length > TEXT_CHARS) {
      messages.push({ type: "text", text: piece });
      piece = "";
    }
    piece += character;
  }
  if (piece) messages.push({ type: "text", text: piece });
  return messages;
}

/** One character that was typed with keys of the page held down, as Ctrl and C on a phone: a key of its own. */
export function heldCharacter(character: string): KeyLike {
  const upper = character.toUpperCase();
  if (/^[A-Z]$/.test(upper)) return { code: `Key${upper}`, key: character };
  if (/^\d$/.test(character)) return { code: `Digit${character}`, key: character };
  return { code: character === " " ? "Space" : "Unidentified", key: character };
}

const clamp = (value: number, most: number): number => Math.min(most, Math.max(-most, value));
