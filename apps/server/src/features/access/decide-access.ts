import { type AccessVerb, type ErrorCode, FEATURE_REFUSALS, type Guard, SHELL_GUARD } from "@sallyport/protocol";
import { decideAdmission, type Standing } from "./decide-admission.ts";
import type { RuleVerdict } from "./rule-set.ts";

/** What a person must be to use a machine in each way; the rest is decided by rules and the machine's own state. */
const VERB_GUARDS: Record<AccessVerb, Guard> = {
  shell: SHELL_GUARD,
  "desktop-admin": { right: "admin", feature: "remote_desktop" },
  "desktop-peer": { right: "member", feature: "remote_desktop" },
};

export interface AccessFacts {
  standing: Standing;
  isAccountDisabled: boolean;
  machine: { isOnline: boolean; sessionEnabled: boolean; isOwnedByCaller: boolean };
  /** What the organisation's rules say; only peer sessions ask them (RD-062). */
  rules: RuleVerdict;
  /** What the caller wishes, if he said so (RD-086). */
  consentRequired: boolean | undefined;
}

type AccessRefusal = Extract<
  ErrorCode,
  "UNAUTHORIZED" | "FORBIDDEN" | "FEATURE_NOT_AVAILABLE" | "FEATURE_NOT_ENABLED" | "ACL_DENIED" | "MACHINE_OFFLINE"
>;

export type AccessDecision =
  | { allowed: true; reason: string; consentRequired: boolean; rules: RuleVerdict | null }
  | { allowed: false; code: AccessRefusal; reason: string; rules: RuleVerdict | null };

const refuse = (code: AccessRefusal, reason: string, rules: RuleVerdict | null = null): AccessDecision => ({
  allowed: false,
  code,
  reason,
  rules,
});

/**
 * Whether a person may use a machine, and what decided. Asked by the calls themselves, by the watch over live sessions,
 * and by `access explain`. In this order: account, plan, role, rules, state of the machine. Pure.
 */
export function decideAccess(verb: AccessVerb, facts: AccessFacts): AccessDecision {
  const { standing, machine, rules } = facts;
  const guard = VERB_GUARDS[verb];
  if (facts.isAccountDisabled) return refuse("UNAUTHORIZED", "The account is disabled");
  const admission = decideAdmission(standing, guard);
  if (admission === "feature_missing" && guard.feature) {
    return refuse(FEATURE_REFUSALS[guard.feature], `The organisation's plan does not include ${guard.feature}`);
  }
  if (admission !== "admitted") return refuse("FORBIDDEN", ROLE_REFUSALS[verb]);
  const asked = verb === "desktop-peer" ? rules : null;
  if (asked && !asked.isAllowed) return refuse("ACL_DENIED", "ACL rules deny access between these machines", asked);
  if (!machine.isOnline) return refuse("MACHINE_OFFLINE", "The machine is not online", asked);
  if (!machine.sessionEnabled) return refuse("FORBIDDEN", "Sessions are switched off on this machine", asked);
  return {
    allowed: true,
    reason: asked ? describeRules(asked) : `The role ${standing.role ?? ""} suffices; rules are not asked`,
    consentRequired: decideConsent(verb, facts),
    rules: asked,
  };
}

const ROLE_REFUSALS: Record<AccessVerb, string> = {
  shell: "Admin access required",
  "desktop-admin": "Admin access required for admin sessions",
  "desktop-peer": "Membership of the organisation required",
};

/**
 * Peer sessions need consent, admin sessions do not; either can ask for it, but only the machine's owner or an
 * administrator does without.
 */
function decideConsent(verb: AccessVerb, { standing, machine, consentRequired }: AccessFacts): boolean {
  if (verb === "shell") return false;
  if (verb === "desktop-admin") return consentRequired ?? false;
  const mayWaive = machine.isOwnedByCaller || decideAdmission(standing, { right: "admin" }) === "admitted";
  return consentRequired !== false || !mayWaive;
}

const describeRules = ({ rule }: RuleVerdict): string =>
  rule ? `The rule ${rule.name ?? rule.id} allows it` : "No rule matches, and what no rule denies is allowed";
