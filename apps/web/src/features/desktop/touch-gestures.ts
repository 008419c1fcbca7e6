/** Fingers on a picture: what they mean to the machine, and to the view. Pure but for the timer it is given. */
import { BUTTON } from "./encode-input.ts";

export interface Point {
  x: number;
  y: number;
}

export interface GestureActs {
  /** The machine's pointer is there, with these buttons. */
  pointer(at: Point, buttons: number): void;
  /** Fingers moved the content by this many pixels of the page. */
  scroll(by: Point): void;
  /** The view grows by the factor around a place, which goes along with the fingers. */
  zoom(factor: number, centre: Point, moved: Point): void;
  /** A finger has rested long enough for the other button: a phone can say so. */
  heldLong(): void;
  /** Calls back later; returns how not to. */
  later(ms: number, act: () => void): () => void;
}

/** A finger that moved less has not moved, in pixels of the page. */
const STILL_PX = 9;
const LONG_MS = 500;

type Gesture =
  | { kind: "none" }
  /** One finger that may become anything. */
  | { kind: "resting"; id: number; at: Point }
  | { kind: "dragging"; id: number }
  /** Two fingers that have not moved enough to say what they want. */
  | { kind: "two"; apart: number; centre: Point }
  | { kind: "scrolling"; centre: Point }
  | { kind: "pinching"; apart: number; centre: Point }
  /** Whatever was meant is done; the fingers have to go first. */
  | { kind: "done" };

/**
 * Tap: click. Rest: the right button. One finger that moves: a drag. Two that move together: the wheel. Two that part or
 * meet: the view is made larger or smaller.
 */
export class TouchGestures {
  readonly #acts: GestureActs;
  readonly #fingers = new Map<number, Point>();
  #gesture: Gesture = { kind: "none" };
  #stopWaiting: () => void = () => {};

  constructor(acts: GestureActs) {
    this.#acts = acts;
  }

  start(id: number, at: Point): void {
    // Its end was not told.
    if (this.#fingers.has(id)) this.cancel(id);
    this.#fingers.set(id, at);
    this.#stopWaiting();
    if (this.#fingers.size === 1) {
      this.#gesture = { kind: "resting", id, at };
      this.#stopWaiting = this.#acts.later(LONG_MS, () => this.#holdLong());
    } else if (this.#fingers.size === 2 && this.#gesture.kind === "resting") {
      this.#gesture = { kind: "two", ...this.#pair() };
    } else {
      this.#giveUp();
    }
  }

  move(id: number, at: Point): void {
    if (!this.#fingers.has(id)) return;
    this.#fingers.set(id, at);
    const gesture = this.#gesture;
    switch (gesture.kind) {
      case "resting":
        if (distance(gesture.at, at) < STILL_PX) return;
        this.#stopWaiting();
        this.#gesture = { kind: "dragging", id };
        this.#acts.pointer(gesture.at, 0);
        this.#acts.pointer(gesture.at, BUTTON.left);
        this.#acts.pointer(at, BUTTON.left);
        return;
      case "dragging":
        this.#acts.pointer(at, BUTTON.left);
        return;
      case "two": {
        const { apart, centre } = this.#pair();
        if (Math.abs(apart - gesture.apart) >= STILL_PX * 2) this.#gesture = { kind: "pinching", apart, centre };
        else if (distance(centre, gesture.centre) >= STILL_PX) this.#gesture = { kind: "scrolling", centre };
        return;
      }
      case "scrolling": {
        const { centre } = this.#pair();
        this.#acts.scroll(minus(centre, gesture.centre));
        this.#gesture = { kind: "scrolling", centre };
        return;
      }
      case "pinching": {
        const { apart, centre } = this.#pair();
        this.#acts.zoom(apart / gesture.apart, centre, minus(centre, gesture.centre));
        this.#gesture = { kind: "pinching", apart, centre };
        return;
      }
      default:
    }
  }

  end(id: number): void {
    const at = this.#fingers.get(id);
    if (!at) return;
    this.#fingers.delete(id);
    this.#stopWaiting();
    const gesture = this.#gesture;
    if (gesture.kind === "resting") {
      this.#click(gesture.at, BUTTON.left);
    } else if (gesture.kind === "dragging") {
      this.#acts.pointer(at, 0);
    }
    this.#gesture = { kind: this.#fingers.size === 0 ? "none" : "done" };
  }

  /** The browser took the finger for something else. */
  cancel(id: number): void {
    if (!this.#fingers.has(id)) return;
    this.#giveUp();
    this.#fingers.delete(id);
    if (this.#fingers.size === 0) this.#gesture = { kind: "none" };
  }

  #giveUp(): void {
    this.#stopWaiting();
    if (this.#gesture.kind === "dragging") {
      const at = this.#fingers.get(this.#gesture.id);
      if (at) this.#acts.pointer(at, 0);
    }
    this.#gesture = { kind: "done" };
  }

  #holdLong(): void {
    if (this.#gesture.kind !== "resting") return;
    const { at } = this.#gesture;
    this.#gesture = { kind: "done" };
    this.#acts.heldLong();
    this.#click(at, BUTTON.right);
  }

  #click(at: Point, button: number): void {
    this.#acts.pointer(at, 0);
    this.#acts.pointer(at, button);
    this.#acts.pointer(at, 0);
  }

  #pair(): { apart: number; centre: Point } {
    const [one = { x: 0, y: 0 }, other = one] = [...this.#fingers.values()];
    return {
      apart: Math.max(1, distance(one, other)),
      centre: { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 },
    };
  }
}

const distance = (one: Point, other: Point): number => Math.hypot(one.x - other.x, one.y - other.y);
const minus = (one: Point, other: Point): Point => ({ x: one.x - other.x, y: one.y - other.y });
