import { ROLES_BY_RIGHTS, type Role } from "@sallyport/protocol";
import type { Limits } from "./actor.ts";

export const isAtMost = (role: Role, other: Role): boolean =>
  ROLES_BY_RIGHTS.indexOf(role) <= ROLES_BY_RIGHTS.indexOf(other);

/** What is left of a person's role in an organisation when an API key speaks for them. Pure. */
export function limitRole(role: Role | undefined, orgId: string, limits: Limits | null): Role | undefined {
  if (role === undefined || limits === null) return role;
  if (limits.orgId !== orgId.toLowerCase()) return undefined;
  return isAtMost(role, limits.role) ? role : limits.role;
}
