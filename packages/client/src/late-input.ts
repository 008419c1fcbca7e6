import type { Clock, Timer } from "./clock.ts";
import type { PendingInput } from "./pending-input.ts";

/** Typed bytes that took longer are shown as on their way. */
const LATE_MS = 250;
const NOTHING = { bytes: 0, text: new Uint8Array(0) };

/** Tells what was typed and is not in the terminal yet: at once while not connected, else when it is late. */
export class LateInput {
  readonly #input: PendingInput;
  readonly #clock: Clock;
  readonly #tell: (pending: { bytes: number; text: Uint8Array }) => void;
  #timer: Timer | undefined;
  #isLate = false;
  #isTold = false;

  constructor(input: PendingInput, clock: Clock, tell: (pending: { bytes: number; text: Uint8Array }) => void) {
    this.#input = input;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Something was typed, taken or given up, or the connection changed. */
  changed({ connected }: { connected: boolean }): void {
    const { byteCount } = this.#input;
    if (!connected || byteCount === 0) this.stop();
    else if (!this.#isLate) this.#watch();
    const isTold = byteCount > 0 && (!connected || this.#isLate);
    if (!isTold && !this.#isTold) return;
    this.#isTold = isTold;
    this.#tell(isTold ? { bytes: byteCount, text: this.#input.text() } : NOTHING);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isLate = false;
  }

  #watch(): void {
    const { typed } = this.#input;
    this.#timer ??= this.#clock.after(LATE_MS, () => {
      this.#timer = undefined;
      this.#isLate = this.#input.acknowledged < typed;
      this.changed({ connected: true });
    });
  }
}
