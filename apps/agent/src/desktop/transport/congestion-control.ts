/**
 * How much the line bears, told from when packets arrived (the trend of their delay), how many did not, and how many bytes
 * came through. A sender that has little to say learns nothing of the line, so its estimate is then held, not raised.
 * The ways of Google Congestion Control (draft-ietf-rmcat-gcc-02), made smaller. No clock of its own.
 */
import type { PacketReport } from "./read-feedback.ts";

export interface CongestionLimits {
  startKbps: number;
  minKbps: number;
  maxKbps: number;
}

interface SentPacket {
  bytes: number;
  atMs: number;
  arrivedAtMs?: number | undefined;
}

/** Packets sent within this time are one group: what happens inside of a burst is the pacer's doing, not the line's. */
const GROUP_MS = 5;
/** Groups that the trend is drawn through. */
const TREND_GROUPS = 20;
const SMOOTHING = 0.9;
/** The trend, multiplied as in GCC, beyond which the queue grows; it adapts to what is usual on the line. */
const TREND_GAIN = 4;
const THRESHOLD = { start: 12.5, min: 6, max: 600, up: 0.0087, down: 0.039 };
/** A trend must last: single late groups are jitter. */
const OVERUSE_MS = 10;
const BACK_OFF = 0.85;
/** Not more often than the line can answer. */
const BACK_OFF_EVERY_MS = 250;
/** Until the line was full for the first time. */
const FIRST_GROWTH_PER_SECOND = 2.5;
const GROWTH_PER_SECOND = 1.25;
/** Where it backed off before, it goes on carefully. */
const CAREFUL_GROWTH_PER_SECOND = 1.06;
const CAREFUL_NEAR = 0.15;
/** Of the estimate: who sends less than this does not test the line. */
const TESTING_SHARE = 0.5;
const MEASURE_MS = 500;
/** While the queue grows, what arrives in this time is what the line bears, however little was sent before. */
const FULL_MS = 120;
const LOSS = { many: 0.12, windowMs: 1_000, minPackets: 20 };
const REMEMBERED = 4_096;

export class CongestionControl {
  readonly #limits: CongestionLimits;
  readonly #sent = new Map<number, SentPacket>();
  readonly #trend = new DelayTrend();
  readonly #arrivals: { atMs: number; bytes: number }[] = [];
  readonly #outcomes: { atMs: number; lost: number; all: number }[] = [];
  #kbps: number;
  #lastGrowthMs: number | undefined;
  #lastBackOffMs = -Infinity;
  /** Where the line was full. */
  #fullKbps: number | undefined;
  #inFlightBytes = 0;

  constructor(limits: CongestionLimits) {
    this.#limits = limits;
    this.#kbps = limits.startKbps;
  }

  get kbps(): number {
    return Math.round(this.#kbps);
  }

  /** Sent, and neither reported as arrived nor as missing. */
  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** @param sequence 16 bits, rising by one with each packet */
  onSent(sequence: number, bytes: number, atMs: number): void {
    this.#forget((sequence - REMEMBERED) & 0xffff);
    this.#forget(sequence);
    this.#sent.set(sequence, { bytes, atMs });
    this.#inFlightBytes += bytes;
  }

  /** What was sent before this moment and of which nothing was heard is lost, and the receiver may be, too. */
  forgetBefore(atMs: number): void {
    for (const [sequence, packet] of this.#sent) {
      if (packet.atMs >= atMs) break;
      this.#forget(sequence);
    }
  }

  onFeedback(reports: readonly PacketReport[], nowMs: number): void {
    let lost = 0;
    let all = 0;
    for (const { sequence, arrivedAtMs } of reports) {
      const packet = this.#sent.get(sequence);
      if (!packet) continue;
      all += 1;
      this.#forget(sequence);
      if (arrivedAtMs === undefined) lost += 1;
      else {
        this.#arrivals.push({ atMs: arrivedAtMs, bytes: packet.bytes });
        this.#trend.add(packet.atMs, arrivedAtMs);
      }
    }
    if (all === 0) return;
    this.#outcomes.push({ atMs: nowMs, lost, all });
    this.#decide(nowMs);
  }

  #decide(nowMs: number): void {
    const arrivedKbps = this.#arrivedKbps(MEASURE_MS);
    const lossShare = this.#lossShare(nowMs);
    const sinceBackOffMs = nowMs - this.#lastBackOffMs;
    if (this.#trend.state === "over") {
      if (sinceBackOffMs < BACK_OFF_EVERY_MS) return;
      this.#fullKbps = Math.max(arrivedKbps ?? this.#kbps, this.#arrivedKbps(FULL_MS) ?? 0);
      this.#backOff(Math.min(this.#kbps, this.#fullKbps) * BACK_OFF, nowMs);
    } else if (lossShare > LOSS.many) {
      if (sinceBackOffMs < LOSS.windowMs) return;
      this.#backOff(this.#kbps * (1 - lossShare / 2), nowMs);
    } else if (this.#trend.state === "normal") this.#grow(arrivedKbps, nowMs);
    else this.#lastGrowthMs = nowMs;
  }

  #backOff(kbps: number, nowMs: number): void {
    this.#kbps = Math.max(this.#limits.minKbps, Math.min(this.#kbps, kbps));
    this.#lastBackOffMs = nowMs;
    this.#lastGrowthMs = nowMs;
    this.#outcomes.length = 0;
  }

  #grow(arrivedKbps: number | undefined, nowMs: number): void {
    const sinceMs = Math.min(1_000, nowMs - (this.#lastGrowthMs ?? nowMs));
    this.#lastGrowthMs = nowMs;
    if (arrivedKbps === undefined || arrivedKbps < this.#kbps * TESTING_SHARE) return;
    if (this.#fullKbps !== undefined && arrivedKbps > this.#fullKbps * (1 + CAREFUL_NEAR)) this.#fullKbps = undefined;
    const isNear = this.#fullKbps !== undefined && this.#kbps > this.#fullKbps * (1 - CAREFUL_NEAR);
    const usual = this.#lastBackOffMs === -Infinity ? FIRST_GROWTH_PER_SECOND : GROWTH_PER_SECOND;
    const perSecond = isNear ? CAREFUL_GROWTH_PER_SECOND : usual;
    this.#kbps = Math.min(this.#limits.maxKbps, this.#kbps * perSecond ** (sinceMs / 1_000));
  }

  /** What came through lately; undefined while there is too little to tell. */
  #arrivedKbps(windowMs: number): number | undefined {
    const last = this.#arrivals.at(-1)?.atMs;
    if (last === undefined) return undefined;
    while (this.#arrivals[0] && this.#arrivals[0].atMs < last - MEASURE_MS) this.#arrivals.shift();
    const recent = this.#arrivals.filter(({ atMs }) => atMs >= last - windowMs);
    const bytes = recent.reduce((sum, arrival) => sum + arrival.bytes, 0);
    return recent.length < 5 ? undefined : (bytes * 8) / windowMs;
  }

  #lossShare(nowMs: number): number {
    while (this.#outcomes[0] && this.#outcomes[0].atMs < nowMs - LOSS.windowMs) this.#outcomes.shift();
    const all = this.#outcomes.reduce((sum, outcome) => sum + outcome.all, 0);
    const lost = this.#outcomes.reduce((sum, outcome) => sum + outcome.lost, 0);
    return all < LOSS.minPackets ? 0 : lost / all;
  }

  #forget(sequence: number): void {
    const packet = this.#sent.get(sequence);
    if (!packet) return;
    this.#inFlightBytes -= packet.bytes;
    this.#sent.delete(sequence);
  }
}

/** Whether packets take longer and longer. */
class DelayTrend {
  state: "normal" | "over" | "under" = "normal";
  readonly #points: { x: number; y: number }[] = [];
  #group: { firstSentMs: number; sentMs: number; arrivedMs: number } | undefined;
  #before: { sentMs: number; arrivedMs: number } | undefined;
  #firstArrivedMs: number | undefined;
  #delayMs = 0;
  #smoothMs = 0;
  #groups = 0;
  #threshold = THRESHOLD.start;
  #overSinceMs: number | undefined;
  #lastTrend = 0;

  add(sentMs: number, arrivedMs: number): void {
    const group = this.#group;
    if (group && sentMs - group.firstSentMs <= GROUP_MS) {
      group.sentMs = Math.max(group.sentMs, sentMs);
      group.arrivedMs = Math.max(group.arrivedMs, arrivedMs);
      return;
    }
    if (group && sentMs < group.firstSentMs) return;
    if (group) this.#close(group);
    this.#group = { firstSentMs: sentMs, sentMs, arrivedMs };
  }

  #close({ sentMs, arrivedMs }: { sentMs: number; arrivedMs: number }): void {
    const before = this.#before;
    this.#before = { sentMs, arrivedMs };
    this.#firstArrivedMs ??= arrivedMs;
    if (!before) return;
    const passedMs = arrivedMs - before.arrivedMs;
    this.#delayMs += passedMs - (sentMs - before.sentMs);
    this.#smoothMs = SMOOTHING * this.#smoothMs + (1 - SMOOTHING) * this.#delayMs;
    this.#groups += 1;
    this.#points.push({ x: arrivedMs - this.#firstArrivedMs, y: this.#smoothMs });
    if (this.#points.length > TREND_GROUPS) this.#points.shift();
    if (this.#points.length < TREND_GROUPS) return;
    this.#detect(slopeOf(this.#points), arrivedMs, passedMs);
  }

  #detect(slope: number, arrivedMs: number, passedMs: number): void {
    const trend = Math.min(this.#groups, 60) * slope * TREND_GAIN;
    if (trend > this.#threshold) {
      this.#overSinceMs ??= arrivedMs - passedMs / 2;
      if (arrivedMs - this.#overSinceMs > OVERUSE_MS && trend >= this.#lastTrend) this.state = "over";
    } else {
      this.#overSinceMs = undefined;
      this.state = trend < -this.#threshold ? "under" : "normal";
    }
    this.#lastTrend = trend;
    const size = Math.abs(trend);
    // A single spike says nothing of what is usual.
    if (size > this.#threshold + 15) return;
    const pull = size < this.#threshold ? THRESHOLD.down : THRESHOLD.up;
    const adapted = this.#threshold + pull * (size - this.#threshold) * Math.min(100, Math.max(0, passedMs));
    this.#threshold = Math.min(THRESHOLD.max, Math.max(THRESHOLD.min, adapted));
  }
}

/** Of the straight line that fits best. */
function slopeOf(points: readonly { x: number; y: number }[]): number {
  const middleX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const middleY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  let numerator = 0;
  let denominator = 0;
  for (const { x, y } of points) {
    numerator += (x - middleX) * (y - middleY);
    denominator += (x - middleX) ** 2;
  }
  return denominator === 0 ? 0 : numerator / denominator;
}
