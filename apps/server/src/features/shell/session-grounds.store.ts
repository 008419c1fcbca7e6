import { Feature } from "@sallyport/protocol";
import { and, eq, inArray, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { machines, orgMembers, orgs, planFeatures, sessions, signIns, users } from "../../platform/db/schema.ts";
import { isAlive } from "../auth/index.ts";
import type { SessionGrounds } from "./decide-lost-right.ts";

/**
 * What active sessions stand on, all in one statement: those of an organisation, of a machine, of a list, or all.
 * It crosses organisations, because it only ever takes away.
 */
export async function readGrounds(
  db: Queryable,
  { orgId, machineId, ids }: { orgId?: string; machineId?: string; ids?: readonly string[] },
): Promise<{ sessionId: string; grounds: SessionGrounds }[]> {
  if (ids?.length === 0) return [];
  const features = sql<string[]>`ARRAY(SELECT ${planFeatures.feature} FROM ${planFeatures}
    WHERE ${planFeatures.plan} = ${orgs.plan} AND ${planFeatures.enabled})`;
  const rows = await db
    .select({
      sessionId: sessions.id,
      role: orgMembers.role,
      features,
      disabledAt: users.disabledAt,
      adminDisabled: machines.adminDisabled,
      status: machines.status,
      sessionEnabled: machines.sessionEnabled,
      agentSessionEnabled: machines.agentSessionEnabled,
    })
    .from(sessions)
    .innerJoin(orgs, eq(orgs.id, sessions.orgId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(machines, eq(machines.id, sessions.machineId))
    .leftJoin(orgMembers, and(eq(orgMembers.orgId, sessions.orgId), eq(orgMembers.userId, sessions.userId)))
    .where(
      and(
        eq(sessions.status, "active"),
        orgId === undefined ? undefined : eq(sessions.orgId, orgId),
        machineId === undefined ? undefined : eq(sessions.machineId, machineId),
        ids && inArray(sessions.id, [...ids]),
      ),
    );
  return rows.map(({ sessionId, role, features, disabledAt, ...machine }) => ({
    sessionId,
    grounds: {
      standing: {
        role: role ?? undefined,
        features: new Set(features.flatMap((name) => Feature.safeParse(name).data ?? [])),
      },
      isAccountDisabled: disabledAt !== null,
      machine,
    },
  }));
}

/** Those of these sign-ins that have ended. */
export async function findEndedSignIns(db: Queryable, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ id: signIns.id })
    .from(signIns)
    .where(and(inArray(signIns.id, [...ids]), isAlive));
  const alive = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => !alive.has(id));
}
