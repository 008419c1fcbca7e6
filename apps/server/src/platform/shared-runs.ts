/**
 * Runs one thing at a time. Calls that wait for the same thing share one run, which begins after all of them came: what
 * was changed before a call is seen by the run that answers it, and a thousand calls cost two runs.
 */
export class SharedRuns<Result> {
  readonly #waiting = new Map<string, Promise<Result>>();
  #last: Promise<unknown> = Promise.resolve();

  /** @param key calls with the same key want the same */
  run(key: string, work: () => Promise<Result>): Promise<Result> {
    const waiting = this.#waiting.get(key);
    if (waiting) return waiting;
    const begin = () => {
      this.#waiting.delete(key);
      return work();
    };
    const result = this.#last.then(begin, begin);
    this.#waiting.set(key, result);
    this.#last = result;
    return result;
  }

  /** Resolves when what was asked for so far is over. */
  async settled(): Promise<void> {
    await this.#last.catch(() => {});
  }
}
