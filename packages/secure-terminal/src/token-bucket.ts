/** Limits one session's messages. Time is a parameter, so a bucket can be replayed and tested without waiting. */

export interface TokenBucketOptions {
  /** Tokens at the start, and added for each whole second that passed. */
  tokensPerSecond: number;
  /** Tokens that may gather on top while idle. */
  burst: number;
}

/**
 * Starts with `tokensPerSecond`, gains as many for each whole second since the last gain, and holds at most
 * `tokensPerSecond + burst`. Whole seconds count from the bucket's own start, not from the wall clock's second.
 */
export class TokenBucket {
  readonly #tokensPerSecond: number;
  readonly #capacity: number;
  #tokens: number;
  #refilledAtMs: number;
  #exceededCount = 0;

  /** @param nowMs any clock, the same in every call */
  constructor({ tokensPerSecond, burst }: TokenBucketOptions, nowMs: number) {
    this.#tokensPerSecond = tokensPerSecond;
    this.#capacity = tokensPerSecond + burst;
    this.#tokens = tokensPerSecond;
    this.#refilledAtMs = nowMs;
  }

  /** Refusals so far. */
  get exceededCount(): number {
    return this.#exceededCount;
  }

  /** Takes one token, or counts a refusal. */
  tryTake(nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#tokens < 1) {
      this.#exceededCount++;
      return false;
    }
    this.#tokens--;
    return true;
  }

  tokensAvailable(nowMs: number): number {
    this.#refill(nowMs);
    return this.#tokens;
  }

  /** How long ago the last refill was. */
  sinceRefillMs(nowMs: number): number {
    this.#refill(nowMs);
    return nowMs - this.#refilledAtMs;
  }

  #refill(nowMs: number): void {
    // A clock that was set back starts anew from where it is; waiting for it to catch up could take hours (F-10).
    if (nowMs < this.#refilledAtMs) this.#refilledAtMs = nowMs;
    const seconds = Math.floor((nowMs - this.#refilledAtMs) / 1_000);
    if (!(seconds >= 1)) return;
    this.#tokens = Math.min(this.#capacity, this.#tokens + seconds * this.#tokensPerSecond);
    this.#refilledAtMs += seconds * 1_000;
  }
}
