import { DEAD_AFTER_MS } from "@sallyport/protocol";

/** How often `tick` is called. */
export const LIVENESS_TICK_MS = 1_000;
/** A tick that is this much late did not come because we slept, or because the page was throttled. */
const ASLEEP_MS = 2_000;
/** How long a connection has to answer after a sleep. */
const WAKE_UP_MS = 3_000;

/**
 * Tells when a connection that says nothing must be given up. A half-open socket never says so itself.
 *
 * Silence while we slept proves nothing: what came in the meantime is not read yet. Then the other side is asked once
 * more and has a moment to answer.
 */
export class Liveness {
  #heardAt: number;
  #tickedAt: number;
  #answerBy: number | undefined;

  constructor(now: number) {
    this.#heardAt = now;
    this.#tickedAt = now;
  }

  /** Anything at all came. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#answerBy = undefined;
  }

  /** `ask`: send a ping now. `now` is wall time, which goes on while the computer sleeps. */
  tick(now: number): "alive" | "ask" | "dead" {
    const lateMs = now - this.#tickedAt - LIVENESS_TICK_MS;
    this.#tickedAt = now;
    // Somebody set the clock back.
    this.#heardAt = Math.min(this.#heardAt, now);
    if (this.#answerBy !== undefined) return now >= this.#answerBy ? "dead" : "alive";
    if (lateMs > ASLEEP_MS) {
      this.doubt(now);
      return "ask";
    }
    return now - this.#heardAt >= DEAD_AFTER_MS ? "dead" : "alive";
  }

  /** There is a reason to think that it is dead: it must answer soon. */
  doubt(now: number): void {
    this.#answerBy ??= now + WAKE_UP_MS;
  }
}
