import { Feature } from "@sallyport/protocol";
import { and, eq } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { orgMembers, orgs, planFeatures } from "../../platform/db/schema.ts";
import type { Standing } from "./decide-admission.ts";

/** One statement, so that role and plan are of the same moment. */
export async function findStanding(db: Queryable, orgId: string, userId: string): Promise<Standing> {
  if (!isUuid(orgId)) return { role: undefined, features: new Set() };
  const rows = await db
    .select({ role: orgMembers.role, feature: planFeatures.feature })
    .from(orgs)
    .leftJoin(orgMembers, and(eq(orgMembers.orgId, orgs.id), eq(orgMembers.userId, userId)))
    .leftJoin(planFeatures, and(eq(planFeatures.plan, orgs.plan), eq(planFeatures.enabled, true)))
    .where(eq(orgs.id, orgId));
  return {
    role: rows[0]?.role ?? undefined,
    features: new Set(rows.flatMap(({ feature }) => Feature.safeParse(feature).data ?? [])),
  };
}
