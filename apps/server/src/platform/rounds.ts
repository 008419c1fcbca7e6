import type { Logger } from "./logger.ts";

/** Does work again and again until it is stopped. Rounds never overlap, and one that fails is logged, not fatal. */
export class Rounds {
  readonly #work: () => Promise<void>;
  readonly #logger: Logger;
  readonly #what: string;
  readonly #timer: NodeJS.Timeout;
  #underWay: Promise<void> | undefined;

  constructor(everyMs: number, work: () => Promise<void>, { logger, what }: { logger: Logger; what: string }) {
    this.#work = work;
    this.#logger = logger;
    this.#what = what;
    this.#timer = setInterval(() => this.now(), everyMs);
  }

  /** Starts a round, unless one is under way. */
  now(): void {
    this.#underWay ??= this.#round();
  }

  /** Starts no further round; resolves when the one that is under way has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
  }

  async #round(): Promise<void> {
    try {
      await this.#work();
    } catch (error) {
      this.#logger.warn({ err: error }, `${this.#what} failed`);
    } finally {
      this.#underWay = undefined;
    }
  }
}
