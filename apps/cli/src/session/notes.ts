import type { Screen } from "./screen.ts";

/** A break that is over sooner is not worth a line. */
const SHOW_BREAK_AFTER_MS = 700;
const TELL_MS = 6_000;

/**
 * Decides what the line of ours says. A question stays until it is answered; news go after a while or with the next key;
 * a break is told once a second while it lasts, where nothing else is said.
 */
export class Notes {
  readonly #screen: Screen;
  readonly #breakLine: () => string | undefined;
  #kind: "break" | "news" | "question" | undefined;
  #isBroken = false;
  #timer: NodeJS.Timeout | undefined;

  /** `breakLine`: what to say of a break now. */
  constructor(screen: Screen, breakLine: () => string | undefined) {
    this.#screen = screen;
    this.#breakLine = breakLine;
  }

  tell(text: string): void {
    // Somebody who is asked something must see what.
    if (this.#kind === "question") return;
    this.#show("news", text);
    this.#timer = setTimeout(() => this.hide(), TELL_MS);
  }

  ask(text: string): void {
    this.#show("question", text);
  }

  keyPressed(): void {
    if (this.#kind === "news") this.hide();
  }

  breakBegan(): void {
    this.#isBroken = true;
    if (this.#kind === undefined) this.#watchBreak();
  }

  breakIsOver(): void {
    this.#isBroken = false;
    if (this.#kind === "break") this.hide();
  }

  hide(): void {
    this.forget();
    this.#screen.hideNote();
    if (this.#isBroken) this.#watchBreak();
  }

  /** The screen is drawn anew, or nothing more is said. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#kind = undefined;
  }

  #show(kind: "news" | "question", text: string): void {
    clearTimeout(this.#timer);
    this.#kind = kind;
    this.#screen.showNote(text);
  }

  #watchBreak(): void {
    this.#kind = "break";
    const tick = () => {
      const text = this.#breakLine();
      if (text !== undefined) this.#screen.showNote(text);
      this.#timer = setTimeout(tick, 1_000);
    };
    this.#timer = setTimeout(tick, SHOW_BREAK_AFTER_MS);
  }
}
