/** Plans and roles: two ordered lists that the contract fixes. */
import { z } from "zod";

export const PLANS = ["free", "starter", "business", "workforce", "enterprise"] as const;
export const Plan = z.enum(PLANS);
export type Plan = z.infer<typeof Plan>;

export const FEATURES = ["remote_management", "remote_desktop"] as const;
export const Feature = z.enum(FEATURES);
export type Feature = z.infer<typeof Feature>;

/** What each plan includes at first start; afterwards the table `plan_features` is the truth. */
export const PLAN_FEATURES: Record<Feature, readonly Plan[]> = {
  remote_management: ["workforce", "enterprise"],
  remote_desktop: ["business", "workforce", "enterprise"],
};

/** One gate, two words for its refusal: each document has its own. */
export const FEATURE_REFUSALS = {
  remote_management: "FEATURE_NOT_AVAILABLE",
  remote_desktop: "FEATURE_NOT_ENABLED",
} as const satisfies Record<Feature, string>;

export const ROLES = ["owner", "admin", "member", "auditor"] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** From the one with the fewest rights to the one with the most; each has all of those before it. */
export const ROLES_BY_RIGHTS: readonly Role[] = ["member", "auditor", "admin", "owner"];

/** Owners and admins: the contract's `isOrgAdmin`. */
export const isAdminRole = (role: Role | undefined): boolean => role === "owner" || role === "admin";
