interface UnderWay<Result> {
  current: Promise<Result>;
  next: Promise<Result> | undefined;
}

/**
 * One answer for all who ask the same at the same time. A read begins after everybody came whom it answers, so it tells
 * what was true when they asked, or later.
 */
export class SharedReads<Result> {
  readonly #underWay = new Map<string, UnderWay<Result>>();

  /** @param key asks with the same key want the same */
  read(key: string, ask: () => Promise<Result>): Promise<Result> {
    const found = this.#underWay.get(key);
    if (found) {
      found.next ??= found.current.then(
        () => this.#begin(key, ask),
        () => this.#begin(key, ask),
      );
      return found.next;
    }
    return this.#begin(key, ask);
  }

  #begin(key: string, ask: () => Promise<Result>): Promise<Result> {
    const mine: UnderWay<Result> = { current: ask(), next: undefined };
    this.#underWay.set(key, mine);
    const forget = () => {
      // The next one, if there is one, is set in place of this one when it begins.
      if (!mine.next && this.#underWay.get(key) === mine) this.#underWay.delete(key);
    };
    mine.current.then(forget, forget);
    return mine.current;
  }
}
