/** What goes to Loki in one push. Pure: time comes in from outside. */
import type { LokiStream } from "./loki-client.ts";

/** Both queries of the contract find every line once: each dashboard reads one of the streams. */
const JOBS = ["audit", "quickztna"];

/**
 * Loki takes nothing that is an hour older than the newest line of its stream. What has waited nearly as long gets the
 * time of its shipping; the line itself says when it happened.
 */
const TOO_OLD_MS = 45 * 60_000;
const NANOSECONDS = 1_000_000n;

const MAX_LINES = 1_000;
/** Of lines, each of which is sent twice; Loki takes requests of 4 MiB. */
const MAX_BYTES = 512 * 1_024;

/** The last time given to a line of each chain, so that the next is later, whatever clocks do. */
export type LineTimes = ReadonlyMap<string, bigint>;

export class LokiBatch {
  readonly #nowMs: number;
  readonly #presentTime: boolean;
  readonly #times: Map<string, bigint>;
  readonly #values = new Map<string, [string, string][]>();
  #bytes = 0;
  lines = 0;

  /** @param presentTime lines get the present time: Loki did not like the one they have */
  constructor({ nowMs, times, presentTime }: { nowMs: number; times: LineTimes; presentTime: boolean }) {
    this.#nowMs = nowMs;
    this.#times = new Map(times);
    this.#presentTime = presentTime;
  }

  get isFull(): boolean {
    return this.lines >= MAX_LINES || this.#bytes >= MAX_BYTES;
  }

  /** @param line one that `JSON.stringify` makes: no newline, whatever is in it */
  add(chain: string, line: object, createdAtMs: number): void {
    const text = JSON.stringify(line);
    const isUsable = !this.#presentTime && createdAtMs <= this.#nowMs && createdAtMs > this.#nowMs - TOO_OLD_MS;
    const wanted = BigInt(isUsable ? createdAtMs : this.#nowMs) * NANOSECONDS;
    const last = this.#times.get(chain) ?? 0n;
    const time = wanted > last ? wanted : last + 1n;
    this.#times.set(chain, time);
    const values = this.#values.get(chain) ?? [];
    values.push([String(time), text]);
    this.#values.set(chain, values);
    this.lines += 1;
    this.#bytes += text.length;
  }

  streams(): LokiStream[] {
    return [...this.#values].flatMap(([chain, values]) => JOBS.map((job) => ({ stream: { job, chain }, values })));
  }

  /** For the batch after this one; of use only when this one was taken. */
  get times(): LineTimes {
    return this.#times;
  }
}

/** Runs of places from `first` to `last` of which nothing is present, as pairs of their ends. */
export function findGaps(first: number, last: number, present: ReadonlySet<number>): [from: number, to: number][] {
  const gaps: [number, number][] = [];
  for (let seq = first; seq <= last; seq++) {
    if (present.has(seq)) continue;
    const open = gaps.at(-1);
    if (open?.[1] === seq - 1) open[1] = seq;
    else gaps.push([seq, seq]);
  }
  return gaps;
}
