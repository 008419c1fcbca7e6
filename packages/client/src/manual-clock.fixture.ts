import type { Clock, Timer } from "./clock.ts";

/** Time that moves when told. */
export class ManualClock implements Clock {
  #now = 1_000;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): Timer {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** Runs what is due on the way; between two timers, promises settle. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (let next = this.#dueBefore(end); next; next = this.#dueBefore(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#timers = this.#timers.filter((other) => other !== next);
      next.callback();
      await settle();
    }
    this.#now = end;
    await settle();
  }

  /** Time goes by and nothing runs: the computer sleeps. */
  sleep(ms: number): void {
    this.#now += ms;
  }

  #dueBefore(end: number) {
    const [first] = [...this.#timers].sort((a, b) => a.at - b.at);
    return first && first.at <= end ? first : undefined;
  }
}

/** Lets promises that wait for each other settle. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
}
