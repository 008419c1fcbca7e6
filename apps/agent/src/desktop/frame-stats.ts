/** What the last second's frames were, for the viewer's eyes. */
export class FrameStats {
  readonly #now: () => number;
  #sinceMs: number;
  #frames = 0;
  #bytes = 0;
  #encodeMs = 0;
  #skipped = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#sinceMs = now();
  }

  sent(bytes: number, encodeMs: number): void {
    this.#frames += 1;
    this.#bytes += bytes;
    this.#encodeMs += encodeMs;
  }

  /** A change that another one took the place of. */
  skipped(): void {
    this.#skipped += 1;
  }

  /** Since the last call. */
  take(): { fps: number; kbps: number; encode_ms: number; skipped: number } {
    const nowMs = this.#now();
    const seconds = Math.max(0.001, (nowMs - this.#sinceMs) / 1_000);
    const stats = {
      fps: Math.round((this.#frames / seconds) * 10) / 10,
      kbps: Math.round((this.#bytes * 8) / 1_000 / seconds),
      encode_ms: this.#frames === 0 ? 0 : Math.round((this.#encodeMs / this.#frames) * 10) / 10,
      skipped: this.#skipped,
    };
    this.#sinceMs = nowMs;
    this.#frames = 0;
    this.#bytes = 0;
    this.#encodeMs = 0;
    this.#skipped = 0;
    return stats;
  }
}
