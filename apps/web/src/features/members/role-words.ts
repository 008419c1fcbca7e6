/** Roles in words, and who may give them. The server decides the same anew with every call. */
import { isAdminRole, ROLES, type Role } from "@sallyport/protocol";
import { t } from "../../lib/texts.ts";

export const ROLE_WORDS: Record<Role, { word: string; many: string; may: string }> = {
  owner: { word: t("Owner"), many: t("Owners"), may: t("Everything, also the plan and who is an owner") },
  admin: {
    word: t("Admin"),
    many: t("Admins"),
    may: t("Shells, commands and desktops on every machine; keys, rules and members"),
  },
  member: { word: t("Member"), many: t("Members"), may: t("Sees machines, and asks for their desktops") },
  auditor: {
    word: t("Auditor"),
    many: t("Auditors"),
    may: t("What a member may, and reads the audit log and who may reach what"),
  },
};

/** The roles that somebody with this one may give and take, from the one with the most rights. */
export const rolesToGive = (own: Role | undefined): readonly Role[] =>
  own === "owner" ? ROLES : isAdminRole(own) ? ROLES.filter((role) => role !== "owner") : [];

/** Why somebody with this role may not change or remove one with that role; undefined when he may. */
export function whyNotManage(own: Role | undefined, of: Role): string | undefined {
  if (!isAdminRole(own)) return t("Only owners and admins change members");
  return rolesToGive(own).includes(of) ? undefined : t("Only owners change owners");
}
