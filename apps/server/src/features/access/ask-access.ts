import type { AccessVerb } from "@sallyport/protocol";
import type { Queryable } from "../../platform/db/database.ts";
import { findRulesAbout, findStanding, findViewerMachines, isAccountDisabled } from "./access.store.ts";
import type { RightsHolder } from "./actor.ts";
import { type AccessDecision, decideAccess } from "./decide-access.ts";
import type { OrgScope } from "./org-scope.ts";
import type { Party } from "./party-index.ts";
import { RuleSet, type RuleVerdict } from "./rule-set.ts";

/** The machine that somebody wants to use, as it is now. */
export interface TargetMachine extends Party {
  ownerId: string | null;
  isOnline: boolean;
  sessionEnabled: boolean;
}

export interface AccessQuestion extends RightsHolder {
  scope: OrgScope;
  verb: AccessVerb;
  machine: TargetMachine;
  /** The machine that the person says he sits at; it must be one of the organisation's. */
  viewerMachineId: string | null;
  consentRequired?: boolean | undefined;
}

/** Reads what the decision stands on, all of it each time, and decides. */
export async function askAccess(db: Queryable, question: AccessQuestion): Promise<AccessDecision> {
  const { scope, verb, userId, machine, consentRequired } = question;
  return decideAccess(verb, {
    standing: await findStanding(db, scope.orgId, question),
    isAccountDisabled: (await isAccountDisabled(db, userId)) ?? true,
    machine: { ...machine, isOwnedByCaller: machine.ownerId === userId },
    rules: verb === "desktop-peer" ? await askRules(db, question) : NO_RULES,
    consentRequired,
  });
}

const NO_RULES: RuleVerdict = { isAllowed: true, rule: null, viewer: null };

async function askRules(
  db: Queryable,
  { scope, userId, machine, viewerMachineId }: AccessQuestion,
): Promise<RuleVerdict> {
  const rules = await findRulesAbout(db, scope, machine);
  // Most machines are in no rule; then it does not matter which ones are the viewer's.
  if (rules.length === 0) return NO_RULES;
  const viewers = await findViewerMachines(db, scope, { userId, viewerMachineId });
  return new RuleSet(rules).decide(viewers, machine);
}
