import type { MachineView, Membership } from "@sallyport/protocol";
import { Link } from "@tanstack/react-router";
import { t } from "../../lib/texts.ts";
import { MACHINE_TABS, type MachineTab, tabRefusal } from "./machine-tab.ts";

const WORDS: Record<MachineTab, string> = {
  sessions: t("Sessions"),
  desktops: t("Desktops"),
  commands: t("Commands"),
  history: t("History"),
};

/** The sections of a machine's page that this person may see, each with an address of its own. */
export function MachineTabs({ machine, org }: { machine: MachineView; org: Membership }) {
  const offered = MACHINE_TABS.filter((tab) => tabRefusal(tab, org) === undefined);
  return (
    <nav aria-label={t("Sections")} className="mb-6 flex gap-1 overflow-x-auto max-sm:gap-0 border-line border-b">
      {[undefined, ...offered].map((tab) => (
        <Link
          key={tab ?? "overview"}
          to="/machines/$machineId"
          params={{ machineId: machine.id }}
          search={tab ? { tab } : {}}
          activeOptions={{ exact: true, includeSearch: true }}
          replace
          resetScroll={false}
          className="shrink-0 rounded-t-sm border-transparent border-b-2 px-2.5 py-2 max-sm:px-1.5 text-ink-2 text-sm hover:text-ink focus-visible:-outline-offset-2 aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink pointer-coarse:py-3"
        >
          {tab ? WORDS[tab] : t("Overview")}
        </Link>
      ))}
    </nav>
  );
}
