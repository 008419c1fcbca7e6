import { type Clock, type EchoCursor, PredictiveEcho, systemClock } from "@sallyport/client";

export type EchoMode = "on" | "auto" | "off";

interface EchoGuessParts {
  cursor: () => EchoCursor;
  changed: (overlay: string) => void;
}

/** A clock by which every echo takes long, so that predictions are always wanted. */
function farClock({ after }: Pick<Clock, "after"> = systemClock): Clock {
  let asked = 0;
  return { ...systemClock, now: () => systemClock.now() + 100 * ++asked, after };
}

/** Predictions of what a program will echo, and the knowledge whether it echoes at all. */
export class EchoGuess {
  readonly #parts: EchoGuessParts;
  /** Predicts always and forgets nothing by time: it only tells what will be echoed. */
  readonly #watch: PredictiveEcho;
  #mode: EchoMode | undefined;
  #predictions: PredictiveEcho | undefined;

  constructor(parts: EchoGuessParts) {
    this.#parts = parts;
    const never = { after: () => ({ cancel: () => {} }) };
    this.#watch = new PredictiveEcho({ cursor: parts.cursor, changed: () => {}, clock: farClock(never) });
    this.#watch.latency(1_000);
  }

  setMode(mode: EchoMode): void {
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.#predictions?.clear();
    const { cursor, changed } = this.#parts;
    const clock = mode === "on" ? farClock() : systemClock;
    this.#predictions = mode === "off" ? undefined : new PredictiveEcho({ cursor, changed, clock });
    if (mode === "on") this.#predictions?.latency(1_000);
  }

  /** What was typed and will be shown next; empty while the program has shown nothing of what is typed. */
  get expected(): string {
    return this.#watch.overlay();
  }

  typed(text: string): void {
    this.#watch.typed(text);
    this.#predictions?.typed(text);
  }

  output(bytes: Uint8Array): void {
    this.#watch.output(bytes);
    this.#predictions?.output(bytes);
  }

  latency(ms: number): void {
    if (this.#mode === "auto") this.#predictions?.latency(ms);
  }

  clear(): void {
    this.#watch.clear();
    this.#predictions?.clear();
  }
}
