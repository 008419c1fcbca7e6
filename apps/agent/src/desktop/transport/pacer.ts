/**
 * Lets packets out at a rate, so that a frame does not fill the queues of the line at once. What is asked for again goes
 * first. Invariant: nothing is dropped here; who captures frames looks at `queueMs` first.
 */
export interface PacerOptions<Packet> {
  send(packet: Packet): void;
  /** The queue has become short enough again. */
  drained(): void;
  /** Default: the monotonic clock. */
  now?: () => number;
}

/** The first packets of a frame go at once. */
const BURST_MS = 4;
const TICK_MS = 2;

export class Pacer<Packet> {
  readonly #options: PacerOptions<Packet>;
  readonly #now: () => number;
  readonly #urgent: { packet: Packet; bytes: number }[] = [];
  readonly #queue: { packet: Packet; bytes: number }[] = [];
  #next = 0;
  #queuedBytes = 0;
  #kbps: number;
  #credit = 0;
  #filledAtMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(kbps: number, options: PacerOptions<Packet>) {
    this.#kbps = kbps;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  set kbps(kbps: number) {
    this.#kbps = Math.max(1, kbps);
  }

  /** How long what waits will take. */
  get queueMs(): number {
    return (this.#queuedBytes * 8) / this.#kbps;
  }

  push(packet: Packet, bytes: number): void {
    this.#queue.push({ packet, bytes });
    this.#queuedBytes += bytes;
    this.#release();
  }

  pushUrgent(packet: Packet, bytes: number): void {
    this.#urgent.push({ packet, bytes });
    this.#queuedBytes += bytes;
    this.#release();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#urgent.length = 0;
    this.#queue.length = 0;
    this.#next = 0;
    this.#queuedBytes = 0;
  }

  #release(): void {
    const nowMs = this.#now();
    const most = (this.#kbps * BURST_MS) / 8;
    this.#credit = Math.min(most, this.#credit + ((nowMs - this.#filledAtMs) * this.#kbps) / 8);
    this.#filledAtMs = nowMs;
    let hasSent = false;
    while (this.#credit > 0) {
      const next = this.#take();
      if (!next) break;
      this.#credit -= next.bytes;
      this.#queuedBytes -= next.bytes;
      hasSent = true;
      this.#options.send(next.packet);
    }
    if (this.#queuedBytes > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#release();
      }, TICK_MS);
    }
    if (hasSent) this.#options.drained();
  }

  #take(): { packet: Packet; bytes: number } | undefined {
    const urgent = this.#urgent.shift();
    if (urgent) return urgent;
    const next = this.#queue[this.#next];
    if (!next) return undefined;
    this.#next += 1;
    // A shift of a long array for each packet would move it as a whole.
    if (this.#next === this.#queue.length) {
      this.#queue.length = 0;
      this.#next = 0;
    }
    return next;
  }
}
