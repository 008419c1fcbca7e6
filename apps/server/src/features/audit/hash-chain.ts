/** Links audit rows so that a changed, removed or reordered one shows. Pure. */
import { createHash } from "node:crypto";

/** What is hashed of a row: everything but the hash itself. `created_at` is ISO 8601 with milliseconds. */
export interface ChainedRow {
  id: string;
  /** An organisation's id, or `system`. */
  chain: string;
  seq: number;
  org_id: string | null;
  action: string;
  resource_type: string;
  resource_id: string | null;
  actor_id: string | null;
  metadata: Record<string, unknown>;
  ip_address: string | null;
  created_at: string;
  prev_hash: string;
}

export type HashedRow = ChainedRow & { hash: string };

/** The chain of what belongs to no organisation. */
export const SYSTEM_CHAIN = "system";
export const orgOfChain = (chain: string): string | null => (chain === SYSTEM_CHAIN ? null : chain);

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

/** What a chain must end with; kept apart from the rows so that a cut tail shows, too. */
export interface ChainHead {
  seq: number;
  hash: string;
}

/** Commits to places and hashes of rows, in their order. */
export class ErasedDigest {
  readonly #digest = createHash("sha256");

  add({ seq, hash }: ChainHead): void {
    this.#digest.update(`${seq} ${hash}\n`);
  }

  toString(): string {
    return this.#digest.digest("hex");
  }
}
