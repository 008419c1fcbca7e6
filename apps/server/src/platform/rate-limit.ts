import { AppError } from "@sallyport/protocol";
import { LRUCache } from "lru-cache";

/** Sources remembered at once; beyond it the least recently seen are forgotten, so a flood of sources costs no memory. */
const MAX_SOURCES = 100_000;

/**
 * Counts events per source in a sliding window of two halves: exact at the edges, constant memory per source.
 * Time is monotonic, so a jump of the wall clock neither locks anybody out nor lets anybody in.
 */
export class RateLimit {
  readonly #counts: LRUCache<string, { window: number; current: number; previous: number }>;
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #now: () => number;

  constructor(limit: { count: number; windowSeconds: number }, now: () => number = () => performance.now()) {
    this.#limit = limit.count;
    this.#windowMs = limit.windowSeconds * 1_000;
    this.#now = now;
    this.#counts = new LRUCache({ max: MAX_SOURCES });
  }

  /** @throws AppError RATE_LIMITED when the source has used up its window */
  check(source: string): void {
    const { weight } = this.#read(source);
    if (weight >= this.#limit) throw new AppError("RATE_LIMITED", { retryAfterSeconds: this.#retryAfterSeconds() });
  }

  count(source: string): void {
    const { entry } = this.#read(source);
    entry.current += 1;
    this.#counts.set(source, entry);
  }

  /** Takes back what was counted before it was known to be none. */
  uncount(source: string): void {
    const { entry } = this.#read(source);
    entry.current = Math.max(0, entry.current - 1);
    this.#counts.set(source, entry);
  }

  #read(source: string) {
    const now = this.#now();
    const window = Math.floor(now / this.#windowMs);
    const known = this.#counts.get(source);
    const entry = { window, current: 0, previous: 0 };
    if (known?.window === window) Object.assign(entry, known);
    else if (known?.window === window - 1) entry.previous = known.current;
    const elapsed = (now % this.#windowMs) / this.#windowMs;
    return { entry, weight: entry.current + entry.previous * (1 - elapsed) };
  }

  /** A full window after the current one ends everything that was counted has faded by half; say the sure figure. */
  #retryAfterSeconds(): number {
    return Math.max(1, Math.ceil((this.#windowMs - (this.#now() % this.#windowMs)) / 1_000));
  }
}
