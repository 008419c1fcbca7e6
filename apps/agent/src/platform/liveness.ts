import { DEAD_AFTER_MS, PING_INTERVAL_MS } from "@sallyport/protocol";

/** A tick that comes later than this means that we ourselves stood still: a suspended laptop, a stopped process. */
const STALL_MS = 1_000;
/** The last answer came this much after the tick that asked for it, at most; else death is seen a whole tick later. */
const ANSWER_MS = 1_000;

/**
 * Counts how long the other end has been silent. Time in which our own event loop stood still does not count: what
 * arrived meanwhile has not been read yet, so silence proves nothing.
 */
export class SilenceClock {
  #heardAt: number;
  #tickedAt: number;

  constructor(now: number) {
    this.#heardAt = now;
    this.#tickedAt = now;
  }

  heard(now: number): void {
    this.#heardAt = now;
  }

  /** Call every `PING_INTERVAL_MS`. Returns whether the other end must be taken for dead. */
  tick(now: number): boolean {
    const lateMs = now - this.#tickedAt - PING_INTERVAL_MS;
    this.#tickedAt = now;
    if (lateMs > STALL_MS) this.#heardAt = Math.min(now, this.#heardAt + lateMs);
    return now - this.#heardAt >= DEAD_AFTER_MS - ANSWER_MS;
  }
}

/** Pings until `stop`, and calls `dead` once when nothing has been heard for `DEAD_AFTER_MS`. */
export function watchLiveness({ ping, dead }: { ping: () => void; dead: () => void }): {
  heard: () => void;
  stop: () => void;
} {
  const silence = new SilenceClock(performance.now());
  const timer = setInterval(() => {
    if (!silence.tick(performance.now())) return ping();
    clearInterval(timer);
    dead();
  }, PING_INTERVAL_MS);
  return { heard: () => silence.heard(performance.now()), stop: () => clearInterval(timer) };
}
