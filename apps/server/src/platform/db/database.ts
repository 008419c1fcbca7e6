/** The one way to the database. Everything inside a transaction must use the handle it is given, never `db`. */
import { AppError } from "@sallyport/protocol";
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import pg from "pg";

export type Database = NodePgDatabase;
/** What a store works on: the database, or the transaction that its caller opened. */
export type Queryable = Pick<Database, "select" | "insert" | "update" | "delete" | "execute" | "selectDistinct">;

/** How long a query may wait for a connection. The embedded database has one; a stuck transaction must show. */
const CONNECTION_TIMEOUT_MS = 10_000;
const SERVER_POOL_SIZE = 10;

export function openPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    max: SERVER_POOL_SIZE,
    ...config,
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on("error", () => {});
  // The pool listens only to idle ones; one that breaks while it is in use fails its query, and must not end us either.
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

/** How often a transaction that the database gave up, so that another one could go on, is tried again. */
const RETRIES = 3;
/** Deadlock detected, serialisation failure. */
const GIVEN_UP = /^(40P01|40001)$/;

/** Whether the database gave a transaction up and nothing of it has happened. */
export const isGivenUp = (error: unknown): boolean => GIVEN_UP.test(sqlState(error) ?? "");

/** Transactions are tried again when they stood in the way of another one; so their work must bear being done twice. */
export function openDatabase(pool: pg.Pool): Database {
  const db = drizzle(pool);
  const once = db.transaction.bind(db) as Database["transaction"];
  db.transaction = async (work, config) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(work, config);
      } catch (error) {
        if (attempt > RETRIES || !isGivenUp(error)) throw error;
      }
    }
  };
  return db;
}

/** SQLSTATE of a failed query, wherever drizzle put it. */
export function sqlState(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string" && /^[0-9A-Z]{5}$/.test(at.code)) return at.code;
  }
  return undefined;
}

/** The constraint that a failed write would have broken, if that is why it failed. */
export function violatedConstraint(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("constraint" in at && typeof at.constraint === "string") return at.constraint;
  }
  return undefined;
}

const CONNECTION_CODES = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTFOUND", "ETIMEDOUT", "ENOENT"]);
/** Connection exceptions, shutdown of the server, and "too many connections". */
const CONNECTION_STATES = /^(08|57P0|53300)/;

/** The package `pg` gives these no code. What a transaction failed of is lost when it cannot even be rolled back. */
const CONNECTION_MESSAGES =
  /timeout exceeded when trying to connect|Connection terminated|is not queryable|Cannot use a pool after/;

/** Whether the database itself is out of reach, as opposed to a query that is wrong. */
export function isUnreachable(error: unknown): boolean {
  const state = sqlState(error);
  if (state) return CONNECTION_STATES.test(state);
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string" && CONNECTION_CODES.has(at.code)) return true;
    if (CONNECTION_MESSAGES.test(at.message)) return true;
  }
  return false;
}

/** An AppError as it is, an unreachable database as DB_UNAVAILABLE, everything else unchanged. */
export function asDatabaseError(error: unknown): unknown {
  if (error instanceof AppError || !isUnreachable(error)) return error;
  return new AppError("DB_UNAVAILABLE", {}, { cause: error });
}
