import type { Plan } from "@sallyport/protocol";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { vouchForOrg } from "../access/index.ts";
import { recordEvent } from "../audit/index.ts";
import type { By } from "./manage-members.ts";
import { insertOrg, type Org, tryInsertMember, updatePlan } from "./organisations.store.ts";

/** Makes an organisation with its first owner, in the caller's transaction. */
export async function createOrg(
  tx: Queryable,
  { name, plan, ownerId, ipAddress }: { name: string; plan: Plan; ownerId: string; ipAddress: string | null },
): Promise<Org> {
  const org = await insertOrg(tx, { name, plan });
  // The one place where an organisation is vouched for because it has just been made.
  await tryInsertMember(tx, vouchForOrg(org.id), { userId: ownerId, role: "owner" });
  await recordEvent(tx, {
    action: "org.created",
    orgId: org.id,
    resourceType: "org",
    resourceId: org.id,
    actorId: ownerId,
    metadata: { name, plan },
    ipAddress,
  });
  return org;
}

export async function setPlan(db: Database, { actor, scope, ipAddress }: By, plan: Plan): Promise<Org> {
  return db.transaction(async (tx) => {
    const org = await updatePlan(tx, scope, plan);
    await recordEvent(tx, {
      action: "org.plan_changed",
      orgId: scope.orgId,
      resourceType: "org",
      resourceId: scope.orgId,
      actorId: actor.userId,
      metadata: { plan },
      ipAddress,
    });
    return org;
  });
}
