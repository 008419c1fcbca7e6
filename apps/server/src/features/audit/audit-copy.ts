import { z } from "zod";
import { type ChainedRow, hashRow } from "./hash-chain.ts";
import type { Witness } from "./verify-chains.ts";

const Line = z.looseObject({
  action: z.string(),
  chain: z.string(),
  seq: z.number().int().optional(),
  hash: z.string().optional(),
});

interface Fault {
  chain: string;
  seq: number;
  problem: string;
}

/** Reads a copy of the audit log, as Loki or an export has it, line by line, and collects where it differs from ours. */
export class AuditCopy {
  readonly #faults = new Map<string, Fault>();
  #waiting: Witness[] = [];
  rows = 0;
  /** Lines that are no part of an audit log. */
  unreadable = 0;

  /** Takes a row's JSON, or an object of `logcli --output=jsonl` that has it in `line`. */
  add(text: string): void {
    if (text.trim() === "") return;
    const parsed = Line.safeParse(readLine(text));
    if (!parsed.success) {
      this.unreadable += 1;
      return;
    }
    const { chain, seq, hash, action } = parsed.data;
    // What says that rows are missing is no row.
    if (seq === undefined || hash === undefined) return;
    this.rows += 1;
    const { hash: _, ...row } = parsed.data;
    if (action !== "audit.checkpoint" && hash !== hashRow(row as unknown as ChainedRow)) {
      this.contradict([{ chain, seq, problem: "changed_in_the_copy" }]);
    }
    this.#waiting.push({ chain, seq, hash });
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  take(): Witness[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  contradict(faults: readonly Fault[]): void {
    for (const { chain, seq, problem } of faults) {
      const known = this.#faults.get(chain);
      if (!known || seq < known.seq) this.#faults.set(chain, { chain, seq, problem });
    }
  }

  /** Of each chain, the first. */
  get faults(): Fault[] {
    return [...this.#faults.values()];
  }
}

function readLine(text: string): unknown {
  try {
    const value = JSON.parse(text) as { line?: unknown };
    return typeof value.line === "string" ? JSON.parse(value.line) : value;
  } catch {
    return undefined;
  }
}
