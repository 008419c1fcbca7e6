import { isAdminRole, type Membership, PLAN_FEATURES } from "@sallyport/protocol";
import { choiceParam, givenParams } from "../../lib/search-params.ts";
import { t } from "../../lib/texts.ts";

/** Sections of a machine's page; its facts are what one sees without any. */
export const MACHINE_TABS = ["sessions", "desktops", "commands", "history"] as const;
export type MachineTab = (typeof MACHINE_TABS)[number];

/** Of an address as anybody may have typed it. */
export const readMachineTab = ({ tab }: Record<string, unknown>) =>
  givenParams({ tab: choiceParam(MACHINE_TABS, tab) });

interface TabRefusal {
  title: string;
  /** What would have to be another. */
  because: "role" | "plan";
}

/** Why a section shows nothing to this person, or undefined when the server may be asked. */
export function tabRefusal(tab: MachineTab, { role, plan }: Membership): TabRefusal | undefined {
  switch (tab) {
    case "sessions":
    case "commands":
      if (!isAdminRole(role)) {
        const title =
          tab === "sessions" ? t("Only owners and admins see sessions") : t("Only owners and admins see commands");
        return { title, because: "role" };
      }
      return PLAN_FEATURES.remote_management.includes(plan)
        ? undefined
        : { title: t("The organisation's plan has no remote shells"), because: "plan" };
    case "desktops":
      return PLAN_FEATURES.remote_desktop.includes(plan)
        ? undefined
        : { title: t("The organisation's plan has no remote desktops"), because: "plan" };
    case "history":
      return isAdminRole(role) || role === "auditor"
        ? undefined
        : { title: t("Only owners, admins and auditors see the history"), because: "role" };
    default:
      return tab satisfies never;
  }
}
