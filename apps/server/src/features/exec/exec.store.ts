/** Commands that were run: rows of sessions of the kind `exec`. */
import type { ExecProgram, ExecView, execApi } from "@sallyport/protocol";
import { and, desc, eq, ne, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { machines, orgs, sessions, users } from "../../platform/db/schema.ts";
import type { OrgScope } from "../access/index.ts";

export async function recordsOutput(db: Queryable, { orgId }: OrgScope): Promise<boolean> {
  const [row] = await db.select({ recorded: orgs.recordCommandOutput }).from(orgs).where(eq(orgs.id, orgId));
  return row?.recorded ?? false;
}

/** Whether somebody else has run commands under this id. */
export async function isOthersRun(db: Queryable, { orgId }: OrgScope, runId: string, userId: string): Promise<boolean> {
  const [row] = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.orgId, orgId), eq(sessions.runId, runId), ne(sessions.userId, userId)))
    .limit(1);
  return row !== undefined;
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
        // A shell without a terminal is no command, its lines are.
        sql`${sessions.program}->>'lines' IS DISTINCT FROM 'true'`,
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
