/** Fires once, when something has not been in use for a while. */
export class IdleTimer {
  readonly #ms: number;
  readonly #fire: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(ms: number, fire: () => void) {
    this.#ms = ms;
    this.#fire = fire;
  }

  /** Call whenever that changes; being told the same twice does not start over. */
  inUse(isInUse: boolean): void {
    if (isInUse) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else if (!this.#isStopped) {
      this.#timer ??= setTimeout(this.#fire, this.#ms);
    }
  }

  /** For good: a timer that is started later would keep the process. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
