import { userInfo } from "node:os";
import { z } from "zod";
import { table } from "./table.ts";
import { runOperatorCommand } from "./with-operator.ts";

const Result = z.object({ rows: z.array(z.record(z.string(), z.unknown())), row_count: z.number() });

/** `sallyport db query`: rows as a table or as JSON; for a change, how many rows it touched. */
export async function dbQuery(statement: string, { json }: { json?: boolean }): Promise<void> {
  const answer = await runOperatorCommand("db-query", { statement, user: userInfo().username });
  const { rows, row_count } = Result.parse(answer);
  if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else process.stdout.write(table(rows));
  process.stderr.write(`${row_count} ${row_count === 1 ? "row" : "rows"}\n`);
}
