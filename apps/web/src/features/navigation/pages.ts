/** The pages that one can go to: in the order of the bar, and of the command palette. */
import type { Role } from "@sallyport/protocol";
import {
  Activity,
  CreditCard,
  KeyRound,
  KeySquare,
  type LucideIcon,
  Play,
  ScrollText,
  Server,
  Settings,
  ShieldCheck,
  SquareTerminal,
  Users,
} from "lucide-react";

interface PageEntry {
  to: string;
  words: string;
  Icon: LucideIcon;
  /** Who finds something there; what others may not do on it, its parts say themselves. */
  roles: readonly Role[];
}

const EVERYBODY: readonly Role[] = ["owner", "admin", "member", "auditor"];
const ADMINS: readonly Role[] = ["owner", "admin"];
const WATCHERS: readonly Role[] = ["owner", "admin", "auditor"];

const PAGE_GROUPS = [
  {
    title: "Fleet",
    pages: [
      { to: "/machines", words: "Machines", Icon: Server, roles: EVERYBODY },
      { to: "/sessions", words: "Sessions", Icon: SquareTerminal, roles: ADMINS },
      { to: "/commands", words: "Commands", Icon: Play, roles: ADMINS },
      { to: "/diagnostics", words: "Diagnostics", Icon: Activity, roles: ADMINS },
    ],
  },
  {
    title: "Access",
    pages: [
      { to: "/auth-keys", words: "Auth keys", Icon: KeyRound, roles: ADMINS },
      { to: "/access-rules", words: "Access rules", Icon: ShieldCheck, roles: WATCHERS },
      { to: "/members", words: "Members", Icon: Users, roles: EVERYBODY },
      { to: "/api-keys", words: "API keys", Icon: KeySquare, roles: EVERYBODY },
    ],
  },
  {
    title: "Organisation",
    pages: [
      { to: "/audit-log", words: "Audit log", Icon: ScrollText, roles: WATCHERS },
      { to: "/billing", words: "Billing", Icon: CreditCard, roles: EVERYBODY },
      { to: "/settings", words: "Settings", Icon: Settings, roles: EVERYBODY },
    ],
  },
] as const satisfies { title: string; pages: readonly PageEntry[] }[];

/** The groups with the pages that a role finds something on. */
export const pageGroupsFor = (role: Role | undefined) =>
  PAGE_GROUPS.map(({ title, pages }) => ({
    title,
    pages: pages.filter(({ roles }) => role !== undefined && roles.includes(role)),
  })).filter(({ pages }) => pages.length > 0);
