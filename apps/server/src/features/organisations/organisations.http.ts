import { organisationApi, type Plan } from "@sallyport/protocol";
import type { Database } from "../../platform/db/database.ts";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import { type ApiCallers, findStanding, hasRight } from "../access/index.ts";
import { createOrg, setPlan } from "./create-org.ts";
import { addMember, removeMember, setRole } from "./manage-members.ts";
import { findPlan, findSettings, listMembers, listPlans } from "./organisations.store.ts";
import { setSettings } from "./set-settings.ts";

export function bindOrganisations(
  bind: EndpointBinder<ApiCallers>,
  { db, defaultPlan, onRightsChanged }: { db: Database; defaultPlan: Plan; onRightsChanged(orgId: string): void },
): void {
  /** Rights may have shrunk: what is open on the strength of them is looked at again. */
  const changed = async <Result>(orgId: string, act: Promise<Result>): Promise<Result> => {
    const result = await act;
    onRightsChanged(orgId);
    return result;
  };
  bind.actions(organisationApi, {
    create_org: ({ input, actor, ipAddress }) =>
      db.transaction((tx) =>
        createOrg(tx, { name: input.name, plan: input.plan ?? defaultPlan, ownerId: actor.userId, ipAddress }),
      ),
    members: async ({ actor, scope }) => {
      const { role } = await findStanding(db, scope.orgId, actor);
      return { members: await listMembers(db, scope, { seesSignIns: hasRight(role, "admin") }) };
    },
    add_member: ({ input, ...by }) => addMember(db, by, input),
    set_role: ({ input, ...by }) =>
      changed(by.scope.orgId, setRole(db, by, { userId: input.user_id, role: input.role })),
    remove_member: ({ input, ...by }) => changed(by.scope.orgId, removeMember(db, by, input.user_id)),
    settings: ({ scope }) => findSettings(db, scope),
    set_settings: ({ input: { org_id: _, ...wanted }, ...by }) => setSettings(db, by, wanted),
    plans: async ({ scope }) => ({ current: await findPlan(db, scope), plans: await listPlans(db) }),
    set_plan: ({ input, ...by }) => changed(by.scope.orgId, setPlan(db, by, input.plan)),
  });
}
