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
import { t } from "../../lib/texts.ts";

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
    title: t("Fleet"),
    pages: [
      { to: "/machines", words: t("Machines"), Icon: Server, roles: EVERYBODY },
      { to: "/sessions", words: t("Sessions"), Icon: SquareTerminal, roles: ADMINS },
      { to: "/commands", words: t("Commands"), Icon: Play, roles: ADMINS },
      { to: "/diagnostics", words: t("Diagnostics"), Icon: Activity, roles: ADMINS },
    ],
  },
  {
    title: t("Access"),
    pages: [
      { to: "/auth-keys", words: t("Auth keys"), Icon: KeyRound, roles: ADMINS },
      { to: "/access-rules", words: t("Access rules"), Icon: ShieldCheck, roles: WATCHERS },
      { to: "/members", words: t("Members"), Icon: Users, roles: EVERYBODY },
      { to: "/api-keys", words: t("API keys"), Icon: KeySquare, roles: EVERYBODY },
    ],
  },
  {
    title: t("Organisation"),
    pages: [
      { to: "/audit-log", words: t("Audit log"), Icon: ScrollText, roles: WATCHERS },
      { to: "/billing", words: t("Billing"), Icon: CreditCard, roles: EVERYBODY },
      { to: "/settings", words: t("Settings"), Icon: Settings, roles: EVERYBODY },
    ],
  },
] as const satisfies { title: string; pages: readonly PageEntry[] }[];

/** The groups with the pages that a role finds something on. */
export const pageGroupsFor = (role: Role | undefined) =>
  PAGE_GROUPS.map(({ title, pages }) => ({
    title,
    pages: pages.filter(({ roles }) => role !== undefined && roles.includes(role)),
  })).filter(({ pages }) => pages.length > 0);
