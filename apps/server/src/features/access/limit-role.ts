import type { Role } from "@sallyport/protocol";
import type { Limits } from "./actor.ts";

/** From the one with the fewest rights to the one with the most; each has all of those before it. */
const ORDER: readonly Role[] = ["member", "auditor", "admin", "owner"];

export const isAtMost = (role: Role, other: Role): boolean => ORDER.indexOf(role) <= ORDER.indexOf(other);

/** What is left of a person's role in an organisation when an API key speaks for them. Pure. */
export function limitRole(role: Role | undefined, orgId: string, limits: Limits | null): Role | undefined {
  if (role === undefined || limits === null) return role;
  if (limits.orgId !== orgId.toLowerCase()) return undefined;
  return isAtMost(role, limits.role) ? role : limits.role;
}
