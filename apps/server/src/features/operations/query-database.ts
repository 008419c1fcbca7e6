import { AppError } from "@sallyport/protocol";
import { sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { recordEvent } from "../audit/index.ts";

export interface QueryResult {
  /** Rows of a statement that returns some. */
  rows: Record<string, unknown>[];
  /** Rows that were read or changed. */
  row_count: number;
}

/**
 * Runs one SQL statement of the operator (decision X-27), and records that it was run. The statement itself is not
 * recorded: it may hold personal data or a secret; its verb and the rows it touched are.
 *
 * @throws AppError `INVALID_INPUT` with the database's words when the statement is wrong; nothing is changed then
 */
export async function queryDatabase(
  db: Database,
  { statement, user }: { statement: string; user: string },
): Promise<QueryResult> {
  try {
    return await db.transaction(async (tx) => {
      const result = await tx.execute<Record<string, unknown>>(sql.raw(statement));
      const rowCount = result.rowCount ?? result.rows.length;
      await recordEvent(tx, {
        action: "database.queried",
        orgId: null,
        resourceType: "database",
        resourceId: null,
        actorId: null,
        metadata: {
          system_user: user,
          verb: /^\s*(\w+)/.exec(statement)?.[1]?.toUpperCase() ?? "",
          row_count: rowCount,
        },
        ipAddress: null,
      });
      return { rows: result.rows, row_count: rowCount };
    });
  } catch (error) {
    if (error instanceof AppError) throw error;
    const said = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new AppError("INVALID_INPUT", { reason: said instanceof Error ? said.message : String(said) });
  }
}
