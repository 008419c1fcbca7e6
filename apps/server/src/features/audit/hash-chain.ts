/** Links audit rows so that a changed, removed or reordered one shows. Pure. */
import { createHash } from "node:crypto";

/** What is hashed of a row: everything but the hash itself. `created_at` is ISO 8601 with milliseconds. */
export interface ChainedRow {
  id: string;
  chain: string;
  seq: number;
  org_id: string | null;
  action: string;
  resource_type: string;
  resource_id: string | null;
  actor_id: string | null;
  metadata: unknown;
  ip_address: string | null;
  created_at: string;
  prev_hash: string;
}

/** The hash that precedes the first row of a chain. */
export const GENESIS = "0".repeat(64);

/** JSON with sorted keys: jsonb does not keep the order in which they were written. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

export const hashRow = (row: ChainedRow): string => createHash("sha256").update(canonicalJson(row)).digest("hex");

export type ChainFault = { seq: number; problem: "missing" | "changed" | "out_of_order" };

/** What a chain must end with; kept apart from the rows so that a cut tail shows, too. */
export interface ChainHead {
  seq: number;
  hash: string;
}

/** Checks a chain row by row, so that a long one never has to be in memory. */
export class ChainVerifier {
  #seq = 0;
  #hash = GENESIS;

  /** Takes the next row by `seq`; returns what is wrong with it, if anything. */
  next({ hash, ...row }: ChainedRow & { hash: string }): ChainFault | undefined {
    const expected = this.#seq + 1;
    if (row.seq !== expected) return { seq: expected, problem: row.seq > expected ? "missing" : "out_of_order" };
    if (row.prev_hash !== this.#hash || hash !== hashRow(row)) return { seq: row.seq, problem: "changed" };
    this.#seq = row.seq;
    this.#hash = hash;
    return undefined;
  }

  /** After the last row: whether the tail is complete. */
  end(head: ChainHead | undefined): ChainFault | undefined {
    if (this.#seq === (head?.seq ?? 0) && this.#hash === (head?.hash ?? GENESIS)) return undefined;
    return { seq: this.#seq + 1, problem: "missing" };
  }
}
