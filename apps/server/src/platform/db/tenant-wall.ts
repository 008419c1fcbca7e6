/**
 * The second wall around tenants: what `/api/db` runs, runs as a role to which the database itself shows one
 * organisation's rows and the granted columns only. A predicate that the code forgot then finds nothing.
 */
import { AppError } from "@sallyport/protocol";
import { type SQL, sql } from "drizzle-orm";
import { type Database, type Queryable, sqlState } from "./database.ts";
import { TENANT_ROLE } from "./tenant-role.ts";

/** A list is indexed or bounded; what takes longer is somebody trying to keep the database busy. */
const STATEMENT_TIMEOUT_MS = 2_000;
const QUERY_CANCELED = "57014";

export class TenantWall {
  readonly #db: Database;
  readonly #hasRole: boolean;

  /** @param hasRole false where the database user may not act as the role: the code's own predicates stand alone then */
  constructor(db: Database, hasRole: boolean) {
    this.#db = db;
    this.#hasRole = hasRole;
  }

  /** Runs `act` where nothing but the organisation's rows exists. */
  read<Result>(orgId: string, act: (tx: Queryable) => Promise<Result>): Promise<Result> {
    return this.#transaction("read only", async (tx) => {
      await this.#enter(tx, orgId);
      return act(tx);
    });
  }

  /** Runs `act` behind the wall and then `record` before it, in one transaction. */
  write<Result>(
    orgId: string,
    act: (tx: Queryable) => Promise<Result>,
    record: (tx: Queryable, result: Result) => Promise<void>,
  ): Promise<Result> {
    return this.#transaction("read write", async (tx) => {
      await this.#enter(tx, orgId);
      const result = await act(tx);
      await tx.execute(sql.raw("RESET ROLE; RESET statement_timeout"));
      await record(tx, result);
      return result;
    });
  }

  async #enter(tx: Queryable, orgId: string): Promise<void> {
    const settings: [name: string, value: string][] = [
      ["sallyport.org_id", orgId],
      ["statement_timeout", String(STATEMENT_TIMEOUT_MS)],
      ...(this.#hasRole ? ([["role", TENANT_ROLE]] as [string, string][]) : []),
    ];
    const calls = settings.map(([name, value]): SQL => sql`set_config(${name}, ${value}, true)`);
    await tx.execute(sql`SELECT ${sql.join(calls, sql`, `)}`);
  }

  async #transaction<Result>(
    accessMode: "read only" | "read write",
    act: (tx: Queryable) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await this.#db.transaction(act, { accessMode });
    } catch (error) {
      if (sqlState(error) !== QUERY_CANCELED) throw error;
      const reason = `This takes longer than ${STATEMENT_TIMEOUT_MS / 1_000} s: filter more, or ask for fewer rows`;
      throw new AppError("INVALID_INPUT", { reason }, { cause: error });
    }
  }
}
