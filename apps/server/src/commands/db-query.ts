import { userInfo } from "node:os";
import { z } from "zod";
import { runOperatorCommand } from "./with-operator.ts";

const Result = z.object({ rows: z.array(z.record(z.string(), z.unknown())), row_count: z.number() });

/** `sallyport db query`: rows as a table or as JSON; for a change, how many rows it touched. */
export async function dbQuery(statement: string, { json }: { json?: boolean }): Promise<void> {
  const answer = await runOperatorCommand("db-query", { statement, user: userInfo().username });
  const { rows, row_count } = Result.parse(answer);
  if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else if (rows.length > 0) process.stdout.write(table(rows));
  process.stderr.write(`${row_count} ${row_count === 1 ? "row" : "rows"}\n`);
}

/** Columns as wide as their widest value, as psql prints them. */
function table(rows: Record<string, unknown>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => columns.map((column) => cell(row[column])));
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const line = (values: string[]) =>
    `${values
      .map((value, index) => value.padEnd(widths[index] ?? 0))
      .join(" | ")
      .trimEnd()}\n`;
  return `${line(columns)}${widths.map((width) => "-".repeat(width)).join("-+-")}\n${cells.map(line).join("")}`;
}

const cell = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};
