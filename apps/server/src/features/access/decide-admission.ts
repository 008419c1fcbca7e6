import { type Feature, type Guard, isAdminRole, type Right, type Role } from "@sallyport/protocol";

/** What is known about a caller in the organisation that a request names. */
export interface Standing {
  /** Undefined for somebody who is not a member, and for an organisation that does not exist. */
  role: Role | undefined;
  /** What the organisation's plan includes. */
  features: ReadonlySet<Feature>;
}

export type Admission = "admitted" | "feature_missing" | "right_missing";

const RIGHTS: Record<Right, (role: Role | undefined) => boolean> = {
  member: (role) => role !== undefined,
  auditor: (role) => role === "auditor" || isAdminRole(role),
  admin: isAdminRole,
  owner: (role) => role === "owner",
};

export const hasRight = (role: Role | undefined, right: Right): boolean => RIGHTS[right](role);

/** The plan comes before the role (RS-007, RS-008), so a stranger learns nothing about who is a member. Pure. */
export function decideAdmission({ role, features }: Standing, { right, feature }: Guard): Admission {
  if (feature !== undefined && !features.has(feature)) return "feature_missing";
  return hasRight(role, right) ? "admitted" : "right_missing";
}
