import {
  OUTPUT_FRAME_BYTES,
  OUTPUT_WINDOW_BYTES,
  OUTPUT_WINDOW_MAX_BYTES,
  OUTPUT_WINDOW_MIN_BYTES,
} from "@sallyport/protocol";

/**
 * Room for what the formula leaves out: frames, delayed acknowledgements, the terminal's own batches. A tenth of a second
 * of what is drawn, so that a slow line does not owe seconds of output when Ctrl-C is pressed.
 */
const SLACK_MS = 100;
const SLACK_BYTES = { min: OUTPUT_FRAME_BYTES, max: 128 * 1024 };
/** The rate is measured over at least this long, so that a batch which is drawn at once does not look like a fast terminal. */
const MEASURE_MS = 50;
/** By then, what comes is not a flow whose rate could be measured. */
const GIVE_UP_MS = 2_000;
/** How fast an old rate is forgotten: it counts half after this time. */
const RATE_HALF_LIFE_MS = 5_000;
/** A round trip counts as quiet when less than this came since the one before: nothing of ours was in its way. */
const QUIET_BYTES = 64 * 1024;
const REMEMBER_MS = 60_000;
/** Smaller changes are not worth telling. */
const WORTH_TELLING = 0.25;

/** A minimum over the last minute of measurements that our own traffic cannot have made longer. */
class QuietMinimum {
  #samples: { at: number; ms: number }[] = [];

  get ms(): number | undefined {
    return this.#samples[0]?.ms;
  }

  /** A sample that is not quiet can only lower the minimum: it says how long a way takes at most. */
  add(ms: number, { quiet, at }: { quiet: boolean; at: number }): void {
    const [least] = this.#samples;
    if (!quiet && least && ms >= least.ms) return;
    // Ascending in both: whoever is older and longer will never be the minimum again.
    const kept = this.#samples.filter((sample) => sample.ms < ms && at - sample.at <= REMEMBER_MS);
    this.#samples = [...kept, { at, ms }];
  }

  forget(): void {
    this.#samples = [];
  }
}

/**
 * Decides how many bytes beyond the acknowledged ones this viewer asks the machine for: twice what it draws in one round
 * trip, as TCP's dynamic right-sizing does. Twice, because what arrives is limited by the window itself, so that the
 * window must be able to grow until something else is the limit.
 *
 * The round trip is one that our own output has not made longer: with a queue on the way, a larger window means a longer
 * round trip, which would ask for a larger window, and so on.
 */
export class ReceiveWindow {
  readonly #viewer = new QuietMinimum();
  readonly #machine = new QuietMinimum();
  #bytesSincePing = 0;
  /** Bytes per millisecond. */
  #rate = 0;
  #ratedAt = 0;
  #measure: { since: number; bytes: number } | undefined;
  #undrawn = 0;
  #told: number | undefined;

  /** Another socket, maybe over another network. */
  reconnected(): void {
    this.#viewer.forget();
    this.#machine.forget();
    this.#bytesSincePing = 0;
    this.#rate = 0;
  }

  /** Another attachment: the machine starts with the first window again. */
  attached(): void {
    this.#machine.forget();
    this.#told = undefined;
  }

  /** Milliseconds there and back to the control plane, and from there to the machine as far as it is known. */
  roundTrip({ viewerMs, machineMs, at }: { viewerMs: number; machineMs: number | undefined; at: number }): void {
    const quiet = this.#bytesSincePing < QUIET_BYTES;
    this.#bytesSincePing = 0;
    this.#viewer.add(viewerMs, { quiet, at });
    if (machineMs !== undefined) this.#machine.add(machineMs, { quiet, at });
  }

  received(byteCount: number, at: number): void {
    this.#bytesSincePing += byteCount;
    this.#undrawn += byteCount;
    // What comes first took its time before the measurement began, so it does not count.
    this.#measure ??= { since: at, bytes: -byteCount };
  }

  drawn(byteCount: number, at: number): void {
    this.#undrawn = Math.max(0, this.#undrawn - byteCount);
    if (!this.#measure) return;
    this.#measure.bytes += byteCount;
    const ms = at - this.#measure.since;
    // No shorter than a round trip: what a full window brings in comes in one burst of each.
    if (ms < Math.max(MEASURE_MS, this.#roundTripMs)) return;
    if (this.#measure.bytes < OUTPUT_FRAME_BYTES) {
      // A few echoes say nothing about how fast the path or the terminal is.
      if (ms > GIVE_UP_MS) this.#measure = undefined;
      return;
    }
    const remembered = this.#rate * 0.5 ** ((at - this.#ratedAt) / RATE_HALF_LIFE_MS);
    this.#rate = Math.max(this.#measure.bytes / ms, remembered);
    this.#ratedAt = at;
    this.#measure = this.#undrawn > 0 ? { since: at, bytes: 0 } : undefined;
  }

  /** The window to ask for now. */
  get bytes(): number {
    if (this.#rate === 0) return OUTPUT_WINDOW_BYTES;
    const slack = Math.min(SLACK_BYTES.max, Math.max(SLACK_BYTES.min, this.#rate * SLACK_MS));
    const wanted = Math.round(2 * this.#rate * this.#roundTripMs + slack);
    return Math.min(OUTPUT_WINDOW_MAX_BYTES, Math.max(OUTPUT_WINDOW_MIN_BYTES, wanted));
  }

  /** The window to send with an acknowledgement, or undefined when the machine knows it well enough. */
  tell(): number | undefined {
    const { bytes } = this;
    if (this.#told !== undefined && Math.abs(bytes - this.#told) < this.#told * WORTH_TELLING) return undefined;
    this.#told = bytes;
    return bytes;
  }

  get #roundTripMs(): number {
    return (this.#viewer.ms ?? 0) + (this.#machine.ms ?? 0);
  }
}
