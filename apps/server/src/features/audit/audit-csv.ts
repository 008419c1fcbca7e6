import type { HashedRow } from "./hash-chain.ts";

const COLUMNS = [
  "chain",
  "seq",
  "created_at",
  "action",
  "resource_type",
  "resource_id",
  "actor_id",
  "ip_address",
  "metadata",
  "id",
  "prev_hash",
  "hash",
] as const satisfies readonly (keyof HashedRow)[];

/** What a spreadsheet would take for a formula when a cell begins with it. */
const FORMULA = /^[=+\-@\t\r]/;

/** One value as RFC 4180 has it; never a formula, whoever chose the text. */
export function csvCell(value: unknown): string {
  const text = value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export const CSV_HEADER = `${COLUMNS.join(",")}\r\n`;
export const csvLine = (row: HashedRow): string => `${COLUMNS.map((column) => csvCell(row[column])).join(",")}\r\n`;
