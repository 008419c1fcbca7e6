import { Feature } from "@sallyport/protocol";
import { and, asc, eq, inArray, or, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { aclRules, machines, orgMembers, orgs, planFeatures, users } from "../../platform/db/schema.ts";
import type { RightsHolder } from "./actor.ts";
import type { Standing } from "./decide-admission.ts";
import { limitRole } from "./limit-role.ts";
import type { OrgScope } from "./org-scope.ts";
import type { Party } from "./party-index.ts";
import type { Rule } from "./rule-set.ts";

/** One statement, so that role and plan are of the same moment. */
export async function findStanding(db: Queryable, orgId: string, { userId, limits }: RightsHolder): Promise<Standing> {
  if (!isUuid(orgId)) return { role: undefined, features: new Set() };
  const rows = await db
    .select({ role: orgMembers.role, feature: planFeatures.feature })
    .from(orgs)
    .leftJoin(orgMembers, and(eq(orgMembers.orgId, orgs.id), eq(orgMembers.userId, userId)))
    .leftJoin(planFeatures, and(eq(planFeatures.plan, orgs.plan), eq(planFeatures.enabled, true)))
    .where(eq(orgs.id, orgId));
  return {
    role: limitRole(rows[0]?.role ?? undefined, orgId, limits),
    features: new Set(rows.flatMap(({ feature }) => Feature.safeParse(feature).data ?? [])),
  };
}

/** Whether an account exists and may sign in; undefined when there is none. */
export async function isAccountDisabled(db: Queryable, userId: string): Promise<boolean | undefined> {
  if (!isUuid(userId)) return undefined;
  const [row] = await db.select({ disabledAt: users.disabledAt }).from(users).where(eq(users.id, userId));
  return row && row.disabledAt !== null;
}

const rule = {
  id: aclRules.id,
  name: aclRules.name,
  action: aclRules.action,
  source: aclRules.source,
  destination: aclRules.destination,
  priority: aclRules.priority,
};

/** To the letter what the index `acl_rules_unusual` is made of. */
const UNUSUAL = sql.raw("'[^\\x21-\\x7e]|/|:.*:'");

/** An organisation's rules that can be about one machine, in the order in which they count. */
export async function findRulesAbout(db: Queryable, { orgId }: OrgScope, target: Party): Promise<Rule[]> {
  const names = ["*", target.name.toLowerCase(), ...target.tags.map((tag) => `tag:${tag}`)];
  if (target.address !== null) names.push(target.address);
  return db
    .select(rule)
    .from(aclRules)
    .where(
      and(
        eq(aclRules.orgId, orgId),
        aclRules.enabled,
        // Two index look-ups, of the usual spelling and of all the others: only `RuleSet` knows what those mean.
        or(inArray(sql`lower(${aclRules.destination})`, names), sql`${aclRules.destination} ~ ${UNUSUAL}`),
      ),
    )
    .orderBy(asc(aclRules.priority), asc(aclRules.createdAt), asc(aclRules.id));
}

const party = { id: machines.id, name: machines.name, address: machines.tailnetIp, tags: machines.tags };

/** A person's machines, and the one that he says he sits at. */
export async function findViewerMachines(
  db: Queryable,
  { orgId }: OrgScope,
  { userId, viewerMachineId }: { userId: string; viewerMachineId: string | null },
): Promise<Party[]> {
  const named = viewerMachineId !== null && isUuid(viewerMachineId) ? eq(machines.id, viewerMachineId) : undefined;
  return db
    .select(party)
    .from(machines)
    .where(and(eq(machines.orgId, orgId), or(eq(machines.ownerId, userId), named)))
    .orderBy(asc(machines.id));
}

/** A member, by id or e-mail address. Whether somebody else has an account is nobody's business here. */
export async function findMemberId(db: Queryable, { orgId }: OrgScope, idOrEmail: string): Promise<string | undefined> {
  const isThem = isUuid(idOrEmail) ? eq(users.id, idOrEmail) : eq(users.email, idOrEmail.toLowerCase());
  const [row] = await db
    .select({ id: users.id })
    .from(users)
    .innerJoin(orgMembers, and(eq(orgMembers.userId, users.id), eq(orgMembers.orgId, orgId)))
    .where(isThem);
  return row?.id;
}

/** The machine with this id, or those with this name; names are not unique. */
export async function findMachineIds(db: Queryable, { orgId }: OrgScope, idOrName: string): Promise<string[]> {
  const isIt = isUuid(idOrName) ? eq(machines.id, idOrName) : eq(machines.name, idOrName);
  const rows = await db
    .select({ id: machines.id })
    .from(machines)
    .where(and(eq(machines.orgId, orgId), isIt));
  return rows.map(({ id }) => id);
}
