/**
 * Which frames of a stream a viewer has not taken yet, and how fast it takes them. Only so many are on their way, so that
 * no queue grows at anybody's, and the time that one takes tells what the line bears. No clock of its own.
 */
interface SentFrame {
  number: number;
  bytes: number;
  atMs: number;
}

/** On their way at a time: enough for the way there and back of a far line, few enough to stop soon. */
const FRAMES = { least: 3, most: 24 };
const FRAME_MS = 1_000 / 60;
/** Beyond what the line takes in this time, nothing more is put on it. */
const AHEAD_MS = 250;
const LEAST_BYTES = 64 * 1024;
const LIMITS = { startKbps: 8_000, minKbps: 200, maxKbps: 30_000 };
/** Delays longer than the shortest by this mean that frames queue somewhere. */
const QUEUED_MS = 80;
const SMOOTHING = 0.2;
const BACK_OFF = 0.85;
const BACK_OFF_EVERY_MS = 250;
const GROWTH_PER_SECOND = 1.4;
/** How long the shortest delay is believed: lines change. */
const SHORTEST_FOR_MS = 20_000;

export class FrameWindow {
  readonly #sent: SentFrame[] = [];
  #bytes = 0;
  #kbps = LIMITS.startKbps;
  #shortest: { ms: number; atMs: number } | undefined;
  #delayMs = 0;
  #lastTakenMs: number | undefined;
  #lastBackOffMs = -Infinity;
  /** What was taken lately, in bytes, and since when. */
  #taken: { bytes: number; atMs: number }[] = [];

  get kbps(): number {
    return Math.round(this.#kbps);
  }

  get hasRoom(): boolean {
    const roundTripMs = this.#shortest?.ms ?? 0;
    const frames = Math.min(FRAMES.most, FRAMES.least + Math.ceil(roundTripMs / FRAME_MS));
    const bytes = Math.max(LEAST_BYTES, (this.#kbps * (AHEAD_MS + roundTripMs)) / 8);
    return this.#sent.length < frames && this.#bytes < bytes;
  }

  /** How long the oldest frame has been waiting to be taken; 0 when none is. */
  waitingMs(nowMs: number): number {
    const [oldest] = this.#sent;
    return oldest ? nowMs - oldest.atMs : 0;
  }

  sent(number: number, bytes: number, nowMs: number): void {
    this.#sent.push({ number, bytes, atMs: nowMs });
    this.#bytes += bytes;
  }

  /** This frame and all before it. One that was never sent says nothing. */
  taken(number: number, nowMs: number): void {
    const last = this.#sent.findIndex((frame) => frame.number === number);
    if (last === -1) return;
    const wasFull = !this.hasRoom;
    const frames = this.#sent.splice(0, last + 1);
    for (const { bytes } of frames) {
      this.#bytes -= bytes;
      this.#taken.push({ bytes, atMs: nowMs });
    }
    const newest = frames.at(-1);
    if (newest) this.#learn(nowMs - newest.atMs, nowMs, wasFull);
  }

  #learn(delayMs: number, nowMs: number, wasFull: boolean): void {
    const shortest = this.#shortest;
    if (!shortest || delayMs <= shortest.ms || nowMs - shortest.atMs > SHORTEST_FOR_MS) {
      this.#shortest = { ms: delayMs, atMs: nowMs };
    }
    this.#delayMs += SMOOTHING * (delayMs - this.#delayMs);
    const sinceMs = Math.min(1_000, nowMs - (this.#lastTakenMs ?? nowMs));
    this.#lastTakenMs = nowMs;
    const queuedMs = this.#delayMs - (this.#shortest?.ms ?? 0);
    if (queuedMs > QUEUED_MS) {
      if (nowMs - this.#lastBackOffMs < BACK_OFF_EVERY_MS) return;
      this.#lastBackOffMs = nowMs;
      const takenKbps = this.#takenKbps(nowMs);
      this.#kbps = Math.max(LIMITS.minKbps, Math.min(this.#kbps, Math.max(takenKbps, this.#kbps / 2)) * BACK_OFF);
    } else if (wasFull || this.#takenKbps(nowMs) > this.#kbps / 2) {
      // Who sends little learns nothing of the line.
      this.#kbps = Math.min(LIMITS.maxKbps, this.#kbps * GROWTH_PER_SECOND ** (sinceMs / 1_000));
    }
  }

  #takenKbps(nowMs: number): number {
    this.#taken = this.#taken.filter(({ atMs }) => nowMs - atMs < 1_000);
    return (this.#taken.reduce((sum, { bytes }) => sum + bytes, 0) * 8) / 1_000;
  }
}
