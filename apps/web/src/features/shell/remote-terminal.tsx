import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { SquareTerminal } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { EmptyState, Picker, useToast } from "../../ui/index.tsx";
import { useOrg, useSession } from "../auth/index.ts";
import { machineQueries, shellRefusal, sortMachines } from "../machines/index.ts";
import type { Renderer } from "./choose-renderer.ts";
import { keepWorkspace, restoreWorkspace } from "./kept-workspace.ts";
import { ShellPane } from "./shell-pane.tsx";
import { TerminalTabs } from "./terminal-tabs.tsx";
import { usePageKeys } from "./use-page-keys.ts";
import {
  activatePane,
  activePane,
  activeTab,
  addTab,
  canSplit,
  closePane,
  findPane,
  hasRoom,
  MOST_PANES,
  type Pane,
  type Split,
  setSession,
  splitPane,
  startWorkspace,
  stepPane,
  stepTab,
  type Workspace,
} from "./workspace.ts";

/** Shells, from the address bar's point of view: it names the one that is typed into. */
export function RemoteTerminal() {
  const { machineId = "" } = useParams({ strict: false });
  const { renderer = "auto", session } = useSearch({ strict: false });
  const { user } = useSession();
  const { org } = useOrg();
  if (!org)
    return (
      <EmptyState title={t("You are in no organisation")} hint={t("Ask an owner or admin to add you to theirs.")} />
    );
  const owner = { userId: user.id, orgId: org.id };
  return <TerminalPage key={Object.values(owner).join(" ")} {...owner} {...{ machineId, session, renderer }} />;
}

interface TerminalPageProps {
  userId: string;
  orgId: string;
  machineId: string;
  session: string | undefined;
  renderer: Renderer;
}

const addressOf = ({ machineId, sessionId }: Pick<Pane, "machineId" | "sessionId">): string =>
  `${machineId} ${sessionId ?? ""}`;

/** All the terminals of one browser tab: one at first, then as many tabs and splits as one opens. */
function TerminalPage({ userId, orgId, machineId, session, renderer }: TerminalPageProps) {
  const [workspace, setWorkspace] = useWorkspace({ userId, orgId }, { machineId, sessionId: session });
  const [isPicking, setIsPicking] = useState(false);
  const [names, setNames] = useState<Record<string, string>>({});
  const toast = useToast();
  const navigate = useNavigate();
  const { tabs, active } = workspace;
  const shown = activeTab(workspace);

  const close = (paneIds: readonly string[]) => {
    const left = paneIds.reduce<Workspace | undefined>((before, id) => before && closePane(before, id), workspace);
    if (left) setWorkspace(left);
    else void navigate({ to: "/machines" });
  };
  const split = (how: Split) => {
    if (canSplit(workspace)) setWorkspace(splitPane(workspace, how));
    else toast(t("There is no room for another terminal in this tab"));
  };
  usePageKeys({
    splitColumns: () => split("columns"),
    splitRows: () => split("rows"),
    nextPane: () => setWorkspace(stepPane),
    nextTab: () => setWorkspace((before) => stepTab(before, 1)),
    previousTab: () => setWorkspace((before) => stepTab(before, -1)),
  });
  const newTab = hasRoom(workspace) ? () => setIsPicking(true) : undefined;

  return (
    <main className="flex h-dvh flex-col bg-canvas">
      {tabs.length > 1 && (
        <TerminalTabs
          workspace={workspace}
          nameOf={(tab) => names[tab.active] ?? t("Terminal")}
          onShow={(tab) => setWorkspace((before) => activatePane(before, tab.active))}
          onClose={(tab) => close(tab.panes.map(({ id }) => id))}
          onNew={newTab}
        />
      )}
      <div className="relative min-h-0 flex-1">
        {tabs.map((tab) => (
          <div
            key={tab.id}
            // It keeps its size and its connections, so that nothing has to be drawn anew when it is shown.
            inert={tab.id !== active}
            className={`absolute inset-0 grid auto-cols-fr auto-rows-fr gap-px bg-line-strong ${tab.split === "columns" ? "md:grid-flow-col" : ""} ${tab.id === active ? "" : "invisible"}`}
          >
            {tab.panes.map((pane) => (
              <WorkspacePane
                key={pane.id}
                {...{ userId, orgId, pane, renderer, setWorkspace, setNames }}
                isActive={tab.id === active && tab.active === pane.id}
                isBeside={tab.panes.length > 1}
                isAlone={tabs.length === 1 && tab.panes.length === 1}
                onClose={() => close([pane.id])}
                onNewTab={newTab}
                onSplit={canSplit({ ...workspace, active: tab.id }) ? split : undefined}
              />
            ))}
          </div>
        ))}
      </div>
      {isPicking && (
        <MachinePicker
          orgId={orgId}
          firstId={activePane(workspace).machineId}
          onPick={(id) => setWorkspace((before) => addTab(before, { machineId: id }))}
          onClose={() => setIsPicking(false)}
        />
      )}
      <p className="sr-only" role="status">
        {shown.panes.length > 1 &&
          t("{{number}} terminals side by side, {{most}} at most", { number: shown.panes.length, most: MOST_PANES })}
      </p>
    </main>
  );
}

/** The terminals; kept over a reload, and with the one that is typed into in the address. */
function useWorkspace(owner: { userId: string; orgId: string }, place: Omit<Pane, "id">) {
  const { userId, orgId } = owner;
  const { machineId, sessionId } = place;
  const [workspace, setWorkspace] = useState<Workspace>(
    () => restoreWorkspace(sessionStorage, owner, sessionId) ?? startWorkspace(place),
  );
  const navigate = useNavigate();
  const { machineId: shownMachineId, sessionId: shownSessionId } = activePane(workspace);
  const shownAddress = addressOf({ machineId: shownMachineId, sessionId: shownSessionId });
  /** Addresses that are there because of what is shown, and are no wish of anybody's. */
  const own = useRef(new Set([addressOf(place)]));
  const told = useRef(addressOf(place));

  useEffect(() => keepWorkspace(sessionStorage, { userId, orgId }, workspace), [userId, orgId, workspace]);
  useEffect(() => {
    if (told.current === shownAddress) return;
    told.current = shownAddress;
    own.current.add(shownAddress);
    void navigate({
      to: "/terminal/$machineId",
      params: { machineId: shownMachineId },
      search: ({ session: _, ...search }) => ({
        ...search,
        ...(shownSessionId !== undefined && { session: shownSessionId }),
      }),
      replace: true,
    });
  }, [shownAddress, shownMachineId, shownSessionId, navigate]);

  useEffect(() => {
    const address = { machineId, ...(sessionId !== undefined && { sessionId }) };
    if (own.current.has(addressOf(address))) return;
    own.current.add(addressOf(address));
    told.current = addressOf(address);
    // Somebody went there, as by the browser's way back.
    setWorkspace((before) => {
      const known = findPane(before, (each) => addressOf(each) === addressOf(address));
      if (known) return activatePane(before, known.id);
      const at = activePane(before);
      return at.machineId === machineId ? setSession(before, at.id, sessionId) : addTab(before, address);
    });
  }, [machineId, sessionId]);

  return [workspace, setWorkspace] as const;
}

interface WorkspacePaneProps {
  userId: string;
  orgId: string;
  pane: Pane;
  renderer: Renderer;
  isActive: boolean;
  isBeside: boolean;
  isAlone: boolean;
  onClose: () => void;
  onNewTab: (() => void) | undefined;
  onSplit: ((split: Split) => void) | undefined;
  setWorkspace: (change: (before: Workspace) => Workspace) => void;
  setNames: (change: (before: Record<string, string>) => Record<string, string>) => void;
}

/** A terminal in its place: what it says of itself goes to the workspace. */
function WorkspacePane({ pane, isAlone, setWorkspace, setNames, ...rest }: WorkspacePaneProps) {
  const { id, machineId, sessionId } = pane;
  const onSession = useCallback(
    (next: string | undefined) => setWorkspace((before) => setSession(before, id, next)),
    [id, setWorkspace],
  );
  const onName = useCallback((name: string) => setNames((before) => ({ ...before, [id]: name })), [id, setNames]);
  return (
    <ShellPane
      {...rest}
      machineId={machineId}
      sessionId={sessionId}
      number={isAlone ? undefined : Number(id.replace("pane-", ""))}
      onActivate={() => setWorkspace((before) => activatePane(before, id))}
      onSession={onSession}
      onName={onName}
    />
  );
}

interface MachinePickerProps {
  orgId: string;
  /** Offered first. */
  firstId: string;
  onPick: (machineId: string) => void;
  onClose: () => void;
}

/** Any machine on which a terminal can be opened now. */
function MachinePicker({ orgId, firstId, onPick, onClose }: MachinePickerProps) {
  const { org } = useOrg();
  const machines = useQuery(machineQueries.list(orgId, useLiveStatus())).data;
  const items = useMemo(
    () =>
      sortMachines(machines ?? [])
        .filter((machine) => shellRefusal(machine, org?.role) === undefined)
        .toSorted((one, other) => Number(other.id === firstId) - Number(one.id === firstId))
        .map(({ id, name, tailnet_ip, tags, kind }) => ({
          id,
          words: name,
          also: [tailnet_ip, kind, ...tags].join(" "),
          kind: tailnet_ip ?? kind,
          Icon: SquareTerminal,
        })),
    [machines, org?.role, firstId],
  );
  return (
    <Picker
      label={t("New tab")}
      placeholder={t("Machine to open a terminal on")}
      items={items}
      onPick={({ id }) => onPick(id)}
      onClose={onClose}
    />
  );
}
