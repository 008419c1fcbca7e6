/** What runs on an agent's machine, seen from outside of our programs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";

/** Processes that a process started, as Linux counts them. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    // It has ended.
    return [];
  }
}

/** Ids of the sessions whose shells were ever started on a machine, from its log. */
export function startedSessions(stateDir: string): Set<string> {
  const lines = readFileSync(join(stateDir, "agent.log"), "utf8").split("\n").filter(Boolean);
  const entries = lines.map((line) => JSON.parse(line) as { msg: string; sessionId?: string });
  return new Set(entries.flatMap(({ msg, sessionId }) => (msg === "session started" && sessionId ? [sessionId] : [])));
}

/** Rows of one statement, from a cluster's own database. */
export async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
