import { AppError, FEATURE_REFUSALS, type Guard, type Right } from "@sallyport/protocol";
import type { Queryable } from "../../platform/db/database.ts";
import { findStanding } from "./access.store.ts";
import type { RightsHolder } from "./actor.ts";
import { decideAdmission } from "./decide-admission.ts";
import { type OrgScope, vouchForOrg } from "./org-scope.ts";

const REFUSALS: Record<Right, string> = {
  member: "Membership of the organisation required",
  auditor: "Auditor or admin access required",
  admin: "Admin access required",
  owner: "Owner access required",
};

/** @throws AppError `FORBIDDEN` for an API key, where what is allowed is not of one organisation */
export function requirePerson({ limits }: RightsHolder): void {
  if (limits) throw new AppError("FORBIDDEN", { reason: "An API key does not do here; sign in" });
}

/**
 * Admits a person, or an API key of theirs, to an organisation for what the guard protects. Reads the tables every time: a role or a plan
 * that was changed a moment ago, by whatever means, counts.
 *
 * @throws AppError the feature's own refusal when the plan does not include the feature
 * @throws AppError `FORBIDDEN` when the role does not suffice; the same for strangers and unknown organisations
 */
export async function admit(db: Queryable, holder: RightsHolder, orgId: string, guard: Guard): Promise<OrgScope> {
  const standing = await findStanding(db, orgId, holder);
  const admission = decideAdmission(standing, guard);
  if (admission === "feature_missing" && guard.feature) {
    throw new AppError(FEATURE_REFUSALS[guard.feature], { feature: guard.feature });
  }
  if (admission === "right_missing") throw new AppError("FORBIDDEN", { reason: REFUSALS[guard.right] });
  return vouchForOrg(orgId);
}
