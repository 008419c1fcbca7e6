import { isAdminRole, type MachineView, type Membership } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { ChevronLeft, ServerOff } from "lucide-react";
import { useState } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { useNow } from "../../lib/use-now.ts";
import { usePageTitle } from "../../lib/use-page-title.ts";
import { Badge, buttonClass, Dot, EmptyState, Skeleton } from "../../ui/index.tsx";
import { useOrg } from "../auth/index.ts";
import { OpenDesktop } from "../desktop/index.ts";
import { Loaded, PageHeader, Refused } from "../page/index.ts";
import { MachineCommands } from "./machine-commands.tsx";
import { MachineDesktops } from "./machine-desktops.tsx";
import { type Asked, MachineDialog } from "./machine-dialogs.tsx";
import { MachineHistory } from "./machine-history.tsx";
import { MachineMenu } from "./machine-menu.tsx";
import { MachineOverview } from "./machine-overview.tsx";
import { MachineSessions } from "./machine-sessions.tsx";
import { type MachineTab, tabRefusal } from "./machine-tab.ts";
import { MachineTabs } from "./machine-tabs.tsx";
import { KIND_WORDS } from "./machine-words.ts";
import { machineQueries } from "./machines.queries.ts";
import { OpenTerminal } from "./open-terminal.tsx";
import { presenceInFull } from "./presence.ts";

const ROUTE = "/signed-in/framed/machines/$machineId";

/** Everything about one machine: what it is, who is on it, what was done on it and to it. */
export function MachinePage() {
  const { machineId } = useParams({ from: ROUTE });
  const { tab } = useSearch({ from: ROUTE });
  const { org } = useOrg();
  // The list is what live updates change, and most who come here come from it.
  const machine = useQuery({
    ...machineQueries.list(org?.id ?? "", useLiveStatus()),
    enabled: org !== undefined,
    select: (machines) => machines.find(({ id }) => id === machineId) ?? null,
  });
  if (!org)
    return (
      <EmptyState title={t("You are in no organisation")} hint={t("Ask an owner or admin to add you to theirs.")} />
    );
  return (
    <>
      <Link
        to="/machines"
        className="-ml-1 mb-3 inline-flex items-center gap-1 rounded-sm pr-1 text-ink-2 text-sm hover:text-ink"
      >
        <ChevronLeft className="size-4" aria-hidden="true" />
        {t("Machines")}
      </Link>
      <Loaded
        query={machine}
        what={t("the machine")}
        refused={t("Your role does not see machines")}
        skeleton={<MachineSkeleton />}
      >
        {(found) => {
          if (found) return <Machine key={found.id} machine={found} org={org} tab={tab} />;
          // A list that was read before the machine came says nothing yet.
          return machine.isFetchedAfterMount || !machine.isFetching ? <NoMachine /> : <MachineSkeleton />;
        }}
      </Loaded>
    </>
  );
}

interface MachineProps {
  machine: MachineView;
  org: Membership;
  tab: MachineTab | undefined;
}

function Machine({ machine, org, tab }: MachineProps) {
  const [asked, setAsked] = useState<Asked>();
  return (
    <>
      <PageHeader title={machine.name} summary={<Summary machine={machine} />}>
        <div className="flex flex-wrap gap-1.5">
          <OpenDesktop machine={machine} org={org} />
          <OpenTerminal machine={machine} role={org.role} look="primary" />
          {isAdminRole(org.role) && <MachineMenu machine={machine} onAsk={setAsked} />}
        </div>
      </PageHeader>
      <MachineTabs machine={machine} org={org} />
      {content()}
      {asked && <MachineDialog asked={asked} machine={machine} onClose={() => setAsked(undefined)} />}
    </>
  );

  function content() {
    const refusal = tab && tabRefusal(tab, org);
    if (refusal?.because === "role") return <Refused>{refusal.title}</Refused>;
    if (refusal) return <EmptyState title={refusal.title} hint={t("An owner can change the plan.")} />;
    switch (tab) {
      case undefined:
        return <MachineOverview machine={machine} org={org} onAsk={setAsked} />;
      case "sessions":
        return <MachineSessions machine={machine} />;
      case "desktops":
        return <MachineDesktops machine={machine} org={org} />;
      case "commands":
        return <MachineCommands machine={machine} />;
      case "history":
        return <MachineHistory machine={machine} />;
      default:
        return tab satisfies never;
    }
  }
}

function Summary({ machine }: { machine: MachineView }) {
  const { tone, word, detail } = presenceInFull(machine, useNow());
  return (
    <span className="flex flex-wrap items-center gap-x-1.5 gap-y-1">
      <Dot tone={tone} />
      <span className={tone === "warn" ? "text-warn" : tone === "danger" ? "text-danger" : ""}>{word}</span>
      {/* Times move by themselves, and a screen reader would say so; the facts below have them. */}
      <span aria-hidden="true" className="text-ink-3">
        {detail}
      </span>
      {machine.kind !== "machine" && <Badge>{KIND_WORDS[machine.kind]}</Badge>}
      {machine.ephemeral && <Badge>{t("Ephemeral")}</Badge>}
    </span>
  );
}

const NoMachine = () => (
  <>
    <PageHeader title={t("No such machine")} />
    <EmptyState
      icon={<ServerOff className="size-8" strokeWidth={1.5} aria-hidden="true" />}
      title={t("There is no such machine here")}
      hint={t("It may have been deleted, or it belongs to another of your organisations.")}
      action={
        <Link to="/machines" className={buttonClass("primary")}>
          {t("Go to machines")}
        </Link>
      }
    />
  </>
);

function MachineSkeleton() {
  usePageTitle(t("Machine"));
  return (
    <div role="status">
      <span className="sr-only">{t("Loading the machine…")}</span>
      <Skeleton className="mb-2 h-6 w-44" />
      <Skeleton className="mb-8 h-4 w-28" />
      <div className="grid gap-6 lg:grid-cols-2">
        <Skeleton className="h-80 w-full" />
        <Skeleton className="h-56 w-full" />
      </div>
    </div>
  );
}
