import type { MemberView, Role } from "@sallyport/protocol";
import { plural } from "../../lib/texts.ts";

/** Which members are shown; kept in the address. */
export interface MemberFilter {
  search?: string;
  role?: Role;
}

/** Those with this role whose address has every word of the search. */
export function chooseMembers(
  members: readonly MemberView[],
  { search = "", role }: MemberFilter,
): readonly MemberView[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return members.filter(
    (member) => (role === undefined || member.role === role) && words.every((word) => member.email.includes(word)),
  );
}

/** How many there are, and how many of them are owners. */
export function countMembers(members: readonly MemberView[]): string {
  const owners = members.filter(({ role }) => role === "owner").length;
  return [
    plural(members.length, { one: "{{count, number}} member", other: "{{count, number}} members" }),
    plural(owners, { one: "{{count, number}} owner", other: "{{count, number}} owners" }),
  ].join(", ");
}
