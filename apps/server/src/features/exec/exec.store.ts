/** Commands that were run: rows of sessions of the kind `exec`. */
import {
  EXEC_RUNS_COMMANDS,
  type ExecProgram,
  type ExecRunView,
  type ExecView,
  type execApi,
} from "@sallyport/protocol";
import { and, countDistinct, desc, eq, inArray, min, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { machines, orgs, sessions, shellTokens, users } from "../../platform/db/schema.ts";
import type { OrgScope } from "../access/index.ts";
import type { Lines } from "../shell/index.ts";

export async function recordsOutput(db: Queryable, { orgId }: OrgScope): Promise<boolean> {
  const [row] = await db.select({ recorded: orgs.recordCommandOutput }).from(orgs).where(eq(orgs.id, orgId));
  return row?.recorded ?? false;
}

/** Until the transaction ends, nobody else begins or joins the run. */
export async function lockRun(tx: Queryable, runId: string): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${runId}, 0))`);
}

/** Whose a run is, and what it runs: of what was begun, and of what may yet be. */
export async function findRun(
  db: Queryable,
  { orgId }: OrgScope,
  runId: string,
): Promise<{ userId: string; program: Partial<ExecProgram & Lines> } | undefined> {
  for (const table of [sessions, shellTokens]) {
    const [row] = await db
      .select({ userId: table.userId, program: table.program })
      .from(table)
      .where(and(eq(table.orgId, orgId), eq(table.runId, runId)))
      .limit(1);
    if (row) return { userId: row.userId, program: row.program ?? {} };
  }
  return undefined;
}

// A shell without a terminal is no command, its lines are.
const isCommand = sql`${sessions.program}->>'lines' IS DISTINCT FROM 'true'`;

/** Newest first; of no more than the newest commands, so that a long history costs no more than a short one. */
export async function listRuns(
  db: Queryable,
  { orgId }: OrgScope,
  { limit }: { limit: number },
): Promise<ExecRunView[]> {
  const newest = db
    .select({
      runId: sql<string>`coalesce(${sessions.runId}, ${sessions.id})`.as("run"),
      id: sessions.id,
      machineId: sessions.machineId,
      createdAt: sessions.createdAt,
      status: sessions.status,
      isSuccess: sql<boolean>`(${sessions.cause} = 'exited' AND ${sessions.exitCode} = 0)`.as("is_success"),
    })
    .from(sessions)
    .where(and(eq(sessions.orgId, orgId), eq(sessions.kind, "exec"), isCommand))
    .orderBy(desc(sessions.createdAt), sessions.id)
    .limit(EXEC_RUNS_COMMANDS)
    .as("newest");
  const began = min(newest.createdAt);
  const runs = await db
    .select({
      runId: newest.runId,
      createdAt: began,
      machines: countDistinct(newest.machineId),
      active: sql<string>`count(*) FILTER (WHERE ${newest.status} = 'active')`,
      succeeded: sql<string>`count(*) FILTER (WHERE ${newest.isSuccess})`,
      // All of a run's are alike, but for their machine.
      sessionId: sql<string>`(array_agg(${newest.id}))[1]`,
    })
    .from(newest)
    .groupBy(newest.runId)
    .orderBy(desc(began), newest.runId)
    .limit(limit);
  if (runs.length === 0) return [];
  const firsts = await db
    .select({ id: sessions.id, program: sessions.program, userId: sessions.userId, email: users.email })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      inArray(
        sessions.id,
        runs.map(({ sessionId }) => sessionId),
      ),
    );
  const byId = new Map(firsts.map((first) => [first.id, first]));
  return runs.flatMap(({ runId, createdAt, machines, active, succeeded, sessionId }) => {
    const first = byId.get(sessionId);
    if (!first || !createdAt) return [];
    return {
      run_id: runId,
      command: (first.program as ExecProgram).command,
      user_id: first.userId,
      user_email: first.email,
      created_at: createdAt.toISOString(),
      machines,
      active: Number(active),
      succeeded: Number(succeeded),
    };
  });
}

type Filters = Omit<z.output<typeof execApi.actions.history.input>, "org_id">;

/** Newest first. What was written is shown for one run only, because of many it would be much. */
export async function listCommands(
  db: Queryable,
  { orgId }: OrgScope,
  { run_id: runId, machine_id: machineId, limit }: Filters,
): Promise<ExecView[]> {
  const ids = [runId, machineId].filter((id) => id !== undefined);
  if (!ids.every(isUuid)) return [];
  const rows = await db
    .select({ session: sessions, machineName: machines.name, email: users.email })
    .from(sessions)
    .innerJoin(machines, eq(machines.id, sessions.machineId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      and(
        eq(sessions.orgId, orgId),
        eq(sessions.kind, "exec"),
        isCommand,
        runId === undefined ? undefined : eq(sessions.runId, runId),
        machineId === undefined ? undefined : eq(sessions.machineId, machineId),
      ),
    )
    .orderBy(desc(sessions.createdAt), sessions.id)
    .limit(limit);
  return rows.map(({ session, machineName, email }) => ({
    session_id: session.id,
    run_id: session.runId ?? session.id,
    machine_id: session.machineId,
    machine_name: machineName,
    user_id: session.userId,
    user_email: email,
    command: (session.program as ExecProgram).command,
    status: session.status,
    created_at: session.createdAt.toISOString(),
    ended_at: session.endedAt?.toISOString() ?? null,
    cause: session.cause,
    exit_code: session.exitCode,
    output: runId === undefined ? null : session.output,
  }));
}
