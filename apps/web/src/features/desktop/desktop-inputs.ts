import type { DesktopInput } from "@sallyport/protocol";
import {
  heldCharacter,
  isKey,
  KeySender,
  MotionSender,
  namedKey,
  PointerSender,
  typedText,
  WheelSender,
} from "./encode-input.ts";
import type { PictureStage } from "./picture-stage.ts";
import { type Point, TouchGestures } from "./touch-gestures.ts";

export interface DesktopInputsParts {
  /** What the picture lies in. */
  surface: HTMLElement;
  /** The field that the keyboard writes into: input methods, phones and pasting need one. */
  field: HTMLTextAreaElement;
  stage: PictureStage;
  send(message: DesktopInput): void;
  /** Moves wait while this is true. */
  isCongested(): boolean;
  /** False for a viewer that may only look. */
  mayAct(): boolean;
  /** Puts text on the machine's clipboard, before the key that pastes it. */
  paste(text: string): void;
  /** The keyboard is given back to the page. */
  leave(): void;
  /** Keys of the page's own row that stay down for the next key. */
  takeHeldKeys(): readonly string[];
  isMac: boolean;
}

/** A paste that the browser does not tell of, as from an empty clipboard, is only a key after this long. */
const PASTE_WITHIN_MS = 80;
/** So that a phone has something to delete. */
const FILLING = "\u200b\u200b";
const MODIFIERS = new Set(["Control", "Alt", "Shift", "AltGraph"]);

/** Hears the mouse, the keyboard, fingers and the clipboard of this page while it is attached. */
export class DesktopInputs {
  readonly #parts: DesktopInputsParts;
  readonly #pointer: PointerSender;
  readonly #motion: MotionSender;
  readonly #wheel: WheelSender;
  readonly #keys: KeySender;
  readonly #fingers: TouchGestures;
  readonly #listening = new AbortController();
  #frame = 0;
  #mouse: Point | undefined;
  #paste: { timer: ReturnType<typeof setTimeout>; event: { code: string; key: string } } | undefined;
  /** Control, Alt and Shift are held and nothing else was pressed: letting go gives the keyboard back. */
  #mayLeave = false;

  constructor(parts: DesktopInputsParts) {
    this.#parts = parts;
    const send = (message: DesktopInput) => parts.send(message);
    this.#pointer = new PointerSender(send);
    this.#motion = new MotionSender(send);
    this.#wheel = new WheelSender(send);
    this.#keys = new KeySender(send, parts);
    this.#fingers = new TouchGestures({
      pointer: (at, buttons) => this.#point(at, buttons),
      scroll: ({ x, y }) => this.#turn({ deltaX: -x, deltaY: -y, deltaMode: 0 }),
      zoom: (factor, centre, moved) => parts.stage.zoomBy(factor, centre, moved),
      heldLong: () => navigator.vibrate?.(20),
      later: (ms, act) => {
        const timer = setTimeout(act, ms);
        return () => clearTimeout(timer);
      },
    });
    this.#listen();
    parts.field.value = FILLING;
  }

  /** Everything that is held goes up, and nothing is heard any more. */
  close(): void {
    this.#listening.abort();
    cancelAnimationFrame(this.#frame);
    this.release();
  }

  release(): void {
    if (this.#paste) clearTimeout(this.#paste.timer);
    this.#paste = undefined;
    const isHolding = this.#keys.isHolding || this.#pointer.buttons !== 0;
    if (this.#keys.isHolding) this.#keys.releaseAll();
    else if (isHolding) this.#parts.send({ type: "release" });
    this.#pointer.forget();
    this.#motion.forget();
  }

  /** A key of the page's own row, with those that are held down there. */
  press(name: string): void {
    if (!this.#parts.mayAct()) return;
    this.#withHeld(() => {
      const key = namedKey(name);
      this.#keys.down(key);
      this.#keys.up(key);
    });
  }

  /** Text from the page's own field. */
  type(text: string): void {
    if (this.#parts.mayAct()) for (const message of typedText(text)) this.#parts.send(message);
  }

  #listen(): void {
    const { surface, field } = this.#parts;
    const { signal } = this.#listening;
    const on = <Name extends keyof HTMLElementEventMap>(
      target: HTMLElement,
      name: Name,
      act: (event: HTMLElementEventMap[Name]) => void,
    ) => target.addEventListener(name, act, { signal, passive: false });
    on(surface, "pointerdown", (event) => this.#onPointerDown(event));
    on(surface, "pointermove", (event) => this.#onPointerMove(event));
    on(surface, "pointerup", (event) => this.#onPointerUp(event));
    on(surface, "pointercancel", (event) => this.#onPointerCancel(event));
    on(surface, "wheel", (event) => this.#onWheel(event));
    for (const name of ["contextmenu", "dragstart", "mousedown", "mouseup", "auxclick"] as const) {
      // The menu is the machine's; the focus stays with the keyboard's field; the fourth button is no way back.
      on(surface, name, (event) => {
        if (!this.#isScrollbar(event)) event.preventDefault();
      });
    }
    on(field, "keydown", (event) => this.#onKeyDown(event));
    on(field, "keyup", (event) => this.#onKeyUp(event));
    on(field, "paste", (event) => this.#onPaste(event));
    on(field, "beforeinput", (event) => this.#onBeforeInput(event));
    on(field, "compositionend", ({ data }) => this.#onText(data));
    on(field, "blur", () => this.release());
    window.addEventListener("blur", () => this.release(), { signal });
    document.addEventListener(
      "visibilitychange",
      () => {
        if (document.hidden) this.release();
      },
      { signal },
    );
  }

  /** A press on the scroll bar of the surface is the page's own. */
  #isScrollbar({ target, offsetX, offsetY }: MouseEvent): boolean {
    const { surface } = this.#parts;
    return target === surface && (offsetX >= surface.clientWidth || offsetY >= surface.clientHeight);
  }

  #onPointerDown(event: PointerEvent): void {
    if (this.#isScrollbar(event)) return;
    event.preventDefault();
    const { surface, field } = this.#parts;
    surface.setPointerCapture(event.pointerId);
    if (event.pointerType === "touch") {
      if (this.#parts.mayAct()) this.#fingers.start(event.pointerId, placeOf(event));
      return;
    }
    field.focus({ preventScroll: true });
    this.#onMouse(event);
  }

  #onPointerMove(event: PointerEvent): void {
    if (event.pointerType === "touch") this.#fingers.move(event.pointerId, placeOf(event));
    else this.#onMouse(event);
  }

  #onPointerUp(event: PointerEvent): void {
    if (event.pointerType === "touch") this.#fingers.end(event.pointerId);
    else this.#onMouse(event);
  }

  #onPointerCancel(event: PointerEvent): void {
    if (event.pointerType === "touch") this.#fingers.cancel(event.pointerId);
    else this.release();
  }

  #onMouse(event: PointerEvent): void {
    if (document.pointerLockElement === this.#parts.surface) {
      if (!this.#parts.mayAct()) return;
      this.#motion.by(event.movementX, event.movementY, event.buttons);
      this.#soon();
      return;
    }
    this.#mouse = placeOf(event);
    this.#point(this.#mouse, event.buttons);
  }

  #point(at: Point, buttons: number): void {
    if (!this.#parts.mayAct()) return;
    const { x, y } = this.#parts.stage.pixelAt(at);
    this.#pointer.at(x, y, buttons);
    this.#soon();
  }

  #onWheel(event: WheelEvent): void {
    event.preventDefault();
    // A pinch on a touchpad comes as a wheel with Control; it is for the view, as everywhere.
    if (event.ctrlKey && event.deltaMode === 0 && !Number.isInteger(event.deltaY)) {
      this.#parts.stage.zoomBy(Math.exp(-event.deltaY / 100), placeOf(event), { x: 0, y: 0 });
      return;
    }
    this.#turn(event);
  }

  #turn(by: { deltaX: number; deltaY: number; deltaMode: number }): void {
    if (!this.#parts.mayAct()) return;
    this.#wheel.turn(by);
    this.#soon();
  }

  #soon(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const { stage, isCongested } = this.#parts;
      if (isCongested()) return this.#soon();
      if (this.#mouse && stage.followPointer(this.#mouse)) this.#point(this.#mouse, this.#pointer.buttons);
      this.#pointer.flush();
      this.#motion.flush();
      this.#wheel.flush();
    });
  }

  #onKeyDown(event: KeyboardEvent): void {
    if (!this.#parts.mayAct() || event.isComposing || event.keyCode === COMPOSING) return;
    const isModifier = MODIFIERS.has(event.key);
    this.#mayLeave = isModifier && event.ctrlKey && event.altKey && event.shiftKey;
    if (isPasting(event)) return this.#waitForPaste(event);
    if (!isKey(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (isModifier) this.#keys.down(event);
    else this.#withHeld(() => this.#keys.down(event));
  }

  #onKeyUp(event: KeyboardEvent): void {
    this.#endPaste();
    this.#keys.up(event);
    event.preventDefault();
    event.stopPropagation();
    if (!this.#mayLeave) return;
    this.#mayLeave = false;
    this.release();
    this.#parts.leave();
  }

  /** The browser tells what is pasted a moment after the key, and only if nobody stops the key. */
  #waitForPaste({ code, key }: KeyboardEvent): void {
    this.#endPaste();
    this.#paste = { event: { code, key }, timer: setTimeout(() => this.#endPaste(), PASTE_WITHIN_MS) };
  }

  #onPaste(event: ClipboardEvent): void {
    event.preventDefault();
    const text = event.clipboardData?.getData("text/plain");
    if (text) this.#parts.paste(text);
    this.#endPaste();
  }

  #endPaste(): void {
    const waiting = this.#paste;
    if (!waiting) return;
    this.#paste = undefined;
    clearTimeout(waiting.timer);
    this.#keys.down(waiting.event);
  }

  /** What no key told: a phone's keyboard, or an input method that does not compose. */
  #onBeforeInput(event: InputEvent): void {
    if (event.isComposing || event.inputType === "insertCompositionText") return;
    event.preventDefault();
    if (!this.#parts.mayAct()) return;
    if (event.inputType.startsWith("delete")) this.press(event.inputType.endsWith("Forward") ? "Del" : "Backspace");
    else if (event.inputType === "insertLineBreak" || event.inputType === "insertParagraph") this.press("Enter");
    else if (event.data) this.#onText(event.data);
  }

  #onText(text: string): void {
    this.#parts.field.value = FILLING;
    if (!text || !this.#parts.mayAct()) return;
    const held = this.#parts.takeHeldKeys().map(namedKey);
    if (held.length === 0) return this.type(text);
    for (const key of held) this.#keys.down(key);
    for (const character of text) {
      const key = heldCharacter(character);
      this.#keys.down(key);
      this.#keys.up(key);
    }
    for (const key of held.toReversed()) this.#keys.up(key);
  }

  #withHeld(act: () => void): void {
    const held = this.#parts.takeHeldKeys().map(namedKey);
    for (const key of held) this.#keys.down(key);
    act();
    for (const key of held.toReversed()) this.#keys.up(key);
  }
}

/** `keyCode` of a key that an input method has taken. */
const COMPOSING = 229;

const placeOf = ({ clientX, clientY }: MouseEvent): Point => ({ x: clientX, y: clientY });

const isPasting = ({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean =>
  (key.toLowerCase() === "v" && (ctrlKey || metaKey) && !altKey) ||
  (key === "Insert" && shiftKey && !ctrlKey && !altKey && !metaKey);
