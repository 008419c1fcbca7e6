import {
  FEATURES,
  type Feature,
  type MemberView,
  type organisationApi,
  PLAN_FEATURES,
  PLANS,
  type Plan,
  type Role,
} from "@sallyport/protocol";
import { and, asc, count, eq, isNotNull } from "drizzle-orm";
import type { z } from "zod";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { orgMembers, orgs, planFeatures, users } from "../../platform/db/schema.ts";
import type { OrgScope } from "../access/index.ts";

export interface Org {
  id: string;
  name: string;
  plan: Plan;
}

const settings = { record_command_output: orgs.recordCommandOutput };
const org = { id: orgs.id, name: orgs.name, plan: orgs.plan };

export async function insertOrg(db: Queryable, values: { name: string; plan: Plan }): Promise<Org> {
  const [row] = await db.insert(orgs).values(values).returning(org);
  if (!row) throw new Error("invariant: an insert returned no row");
  return row;
}

export async function updatePlan(db: Queryable, { orgId }: OrgScope, plan: Plan): Promise<Org> {
  const [row] = await db.update(orgs).set({ plan }).where(eq(orgs.id, orgId)).returning(org);
  if (!row) throw new Error("invariant: an organisation that admitted somebody is gone");
  return row;
}

export type Settings = z.output<typeof organisationApi.actions.settings.output>;

export async function findSettings(db: Queryable, { orgId }: OrgScope): Promise<Settings> {
  const [row] = await db.select(settings).from(orgs).where(eq(orgs.id, orgId));
  if (!row) throw new Error("invariant: an organisation that admitted somebody is gone");
  return row;
}

export async function updateSettings(
  db: Queryable,
  { orgId }: OrgScope,
  { record_command_output: recordCommandOutput }: Settings,
): Promise<void> {
  await db.update(orgs).set({ recordCommandOutput }).where(eq(orgs.id, orgId));
}

export async function findPlan(db: Queryable, { orgId }: OrgScope): Promise<Plan> {
  const [row] = await db.select({ plan: orgs.plan }).from(orgs).where(eq(orgs.id, orgId));
  if (!row) throw new Error("invariant: an organisation that admitted somebody is gone");
  return row.plan;
}

/** Every plan, from the smallest; features that the table has and this release does not are left out. */
export async function listPlans(db: Queryable): Promise<{ plan: Plan; features: Feature[] }[]> {
  const rows = await db.select().from(planFeatures).where(eq(planFeatures.enabled, true));
  const has = (plan: Plan, feature: Feature) => rows.some((row) => row.plan === plan && row.feature === feature);
  return PLANS.map((plan) => ({ plan, features: FEATURES.filter((feature) => has(plan, feature)) }));
}

/** Everybody in the organisation, by e-mail address. */
export async function listMembers(
  db: Queryable,
  { orgId }: OrgScope,
  { seesSignIns }: { seesSignIns: boolean },
): Promise<MemberView[]> {
  const rows = await db
    .select({
      user_id: orgMembers.userId,
      role: orgMembers.role,
      email: users.email,
      disabledAt: users.disabledAt,
      hasPassword: isNotNull(users.passwordHash).mapWith(Boolean),
      createdAt: orgMembers.createdAt,
    })
    .from(orgMembers)
    .innerJoin(users, eq(users.id, orgMembers.userId))
    .where(eq(orgMembers.orgId, orgId))
    .orderBy(asc(users.email));
  return rows.map(({ disabledAt, hasPassword, createdAt, ...member }) => ({
    ...member,
    sign_in: !seesSignIns ? null : disabledAt ? "disabled" : hasPassword ? "ready" : "no_password",
    created_at: createdAt.toISOString(),
  }));
}

/** Makes an account, or returns `undefined` when the address has one. */
export async function tryInsertAccount(
  db: Queryable,
  { email, passwordHash }: { email: string; passwordHash: string | null },
): Promise<string | undefined> {
  const [row] = await db
    .insert(users)
    .values({ email, passwordHash })
    .onConflictDoNothing()
    .returning({ id: users.id });
  return row?.id;
}

export async function findAccountId(db: Queryable, email: string): Promise<string | undefined> {
  const [row] = await db.select({ id: users.id }).from(users).where(eq(users.email, email));
  return row?.id;
}

/** Resolves to `false` when the person is a member already. */
export async function tryInsertMember(
  db: Queryable,
  { orgId }: OrgScope,
  { userId, role }: { userId: string; role: Role },
): Promise<boolean> {
  const rows = await db.insert(orgMembers).values({ orgId, userId, role }).onConflictDoNothing().returning();
  return rows.length === 1;
}

/** Locks the organisation's row, so that changes to its members happen one after the other. */
export async function lockMembers(db: Queryable, { orgId }: OrgScope): Promise<void> {
  await db.select({ id: orgs.id }).from(orgs).where(eq(orgs.id, orgId)).for("update");
}

export async function findRole(db: Queryable, { orgId }: OrgScope, userId: string): Promise<Role | undefined> {
  if (!isUuid(userId)) return undefined;
  const [row] = await db
    .select({ role: orgMembers.role })
    .from(orgMembers)
    .where(and(eq(orgMembers.orgId, orgId), eq(orgMembers.userId, userId)));
  return row?.role;
}

export async function countOwners(db: Queryable, { orgId }: OrgScope): Promise<number> {
  const [row] = await db
    .select({ owners: count() })
    .from(orgMembers)
    .where(and(eq(orgMembers.orgId, orgId), eq(orgMembers.role, "owner")));
  return row?.owners ?? 0;
}

export async function updateRole(db: Queryable, { orgId }: OrgScope, userId: string, role: Role): Promise<void> {
  await db
    .update(orgMembers)
    .set({ role })
    .where(and(eq(orgMembers.orgId, orgId), eq(orgMembers.userId, userId)));
}

export async function deleteMember(db: Queryable, { orgId }: OrgScope, userId: string): Promise<void> {
  await db.delete(orgMembers).where(and(eq(orgMembers.orgId, orgId), eq(orgMembers.userId, userId)));
}

/** Fills `plan_features` where it has no row; what an operator changed stays. */
export async function seedPlanFeatures(db: Queryable): Promise<void> {
  const rows = FEATURES.flatMap((feature) =>
    PLANS.map((plan) => ({ plan, feature, enabled: PLAN_FEATURES[feature].includes(plan) })),
  );
  await db.insert(planFeatures).values(rows).onConflictDoNothing();
}

/** The organisation that was made at first start. */
export async function findFirstOrgId(db: Queryable): Promise<string | undefined> {
  const [row] = await db.select({ id: orgs.id }).from(orgs).orderBy(orgs.createdAt, orgs.id).limit(1);
  return row?.id;
}

/** The organisation with this id, or those with this name; names are not unique. */
export async function findOrgIds(db: Queryable, idOrName: string): Promise<string[]> {
  const isIt = isUuid(idOrName) ? eq(orgs.id, idOrName) : eq(orgs.name, idOrName);
  const rows = await db.select({ id: orgs.id }).from(orgs).where(isIt);
  return rows.map(({ id }) => id);
}
