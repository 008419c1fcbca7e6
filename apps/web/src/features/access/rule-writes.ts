/** Writes of rules, each with its record in the audit log. */
import { databaseApi } from "@sallyport/protocol";
import { signedIn } from "../../api/client.ts";
import type { RuleDraft } from "./acl-rule.ts";
import type { PriorityChange } from "./order-rules.ts";

const params = { table: "acl_rules" };

export const createRule = (orgId: string, draft: RuleDraft) =>
  signedIn((client) => client.call(databaseApi.insert, { params, body: { org_id: orgId, ...draft } }));

export const changeRule = (orgId: string, id: string, draft: Partial<RuleDraft>) =>
  signedIn((client) => client.call(databaseApi.update, { params, query: { org_id: orgId, id }, body: { ...draft } }));

export const deleteRule = (orgId: string, id: string) =>
  signedIn((client) => client.call(databaseApi.delete, { params, query: { org_id: orgId, id }, body: {} }));

/** One after the other: what is in between is no other order than the one before or the one after. */
export async function changePriorities(orgId: string, changes: readonly PriorityChange[]): Promise<void> {
  for (const { id, priority } of changes) await changeRule(orgId, id, { priority });
}
