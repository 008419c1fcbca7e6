interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** How much is done in one go at most. */
const BATCH = 100;

/**
 * Does in one go what many ask for at the same time. While one batch is under way the next one gathers; nobody waits
 * for others to come.
 */
export class Batches<Item, Result> {
  readonly #work: (items: readonly Item[]) => Promise<readonly Result[]>;
  #gathered: Waiting<Item, Result>[] = [];
  #isRunning = false;

  /** @param work results in the order of the items. All or nothing: when it rejects, nothing of it was done */
  constructor(work: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#work = work;
  }

  /** Rejects only when this very item cannot be done: what failed in company is tried alone. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ item, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // What is asked for in the same turn belongs to the first batch.
    await Promise.resolve();
    while (this.#gathered.length > 0) await this.#do(this.#gathered.splice(0, BATCH));
    this.#isRunning = false;
  }

  async #do(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#work(batch.map(({ item }) => item));
      if (results.length !== batch.length) throw new Error("invariant: a batch has a result for each of its items");
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      if (batch.length > 1) await Promise.all(batch.map((each) => this.#do([each])));
      else batch[0]?.reject(error);
    }
  }
}
