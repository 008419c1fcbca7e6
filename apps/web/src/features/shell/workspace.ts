/** Which terminals one browser tab shows: tabs, each with terminals side by side. Pure. */
import { z } from "zod";

const Pane = z.object({
  id: z.string(),
  machineId: z.string(),
  /** Undefined until it has one. */
  sessionId: z.string().optional(),
});
export type Pane = z.infer<typeof Pane>;

const SPLITS = ["columns", "rows"] as const;
export type Split = (typeof SPLITS)[number];

const WorkspaceTab = z.object({
  id: z.string(),
  panes: z.array(Pane).min(1),
  /** How they lie, where there are several. */
  split: z.enum(SPLITS),
  /** The one that is typed into. */
  active: z.string(),
});
export type WorkspaceTab = z.infer<typeof WorkspaceTab>;

export const Workspace = z
  .object({ tabs: z.array(WorkspaceTab).min(1), active: z.string(), made: z.number().int().nonnegative() })
  .refine(({ tabs, active }) => tabs.some(({ id }) => id === active))
  .refine(({ tabs }) => tabs.every(({ panes, active }) => panes.some(({ id }) => id === active)));
export type Workspace = z.infer<typeof Workspace>;

/** Each draws, scrolls and keeps its output: more belong into another window. */
export const MOST_PANES = 12;
const MOST_SIDE_BY_SIDE = 4;

const paneCount = ({ tabs }: Workspace): number => tabs.reduce((sum, { panes }) => sum + panes.length, 0);
export const activeTab = ({ tabs, active }: Workspace): WorkspaceTab =>
  tabs.find(({ id }) => id === active) ?? (tabs[0] as WorkspaceTab);
export const activePane = (workspace: Workspace): Pane => {
  const { panes, active } = activeTab(workspace);
  return panes.find(({ id }) => id === active) ?? (panes[0] as Pane);
};
export const hasRoom = (workspace: Workspace): boolean => paneCount(workspace) < MOST_PANES;
export const canSplit = (workspace: Workspace): boolean =>
  hasRoom(workspace) && activeTab(workspace).panes.length < MOST_SIDE_BY_SIDE;

/** What a terminal is opened on. */
type Place = Omit<Pane, "id">;

const newPane = (made: number, { machineId, sessionId }: Place): Pane => ({
  id: `pane-${made}`,
  machineId,
  ...(sessionId !== undefined && { sessionId }),
});

export function startWorkspace(place: Place): Workspace {
  const pane = newPane(1, place);
  return { tabs: [{ id: "tab-1", panes: [pane], split: "columns", active: pane.id }], active: "tab-1", made: 1 };
}

/** Another tab, behind the one that is shown; unchanged when there is no room. */
export function addTab(workspace: Workspace, place: Place): Workspace {
  if (!hasRoom(workspace)) return workspace;
  const made = workspace.made + 1;
  const pane = newPane(made, place);
  const tab: WorkspaceTab = { id: `tab-${made}`, panes: [pane], split: "columns", active: pane.id };
  const at = workspace.tabs.findIndex(({ id }) => id === workspace.active) + 1;
  return { tabs: workspace.tabs.toSpliced(at, 0, tab), active: tab.id, made };
}

/** Another terminal on the same machine, beside or below the one that is typed into; unchanged when there is no room. */
export function splitPane(workspace: Workspace, split: Split): Workspace {
  if (!canSplit(workspace)) return workspace;
  const made = workspace.made + 1;
  const { machineId } = activePane(workspace);
  const pane = newPane(made, { machineId });
  return {
    ...changeTab(workspace, activeTab(workspace).id, (tab) => {
      const at = tab.panes.findIndex(({ id }) => id === tab.active) + 1;
      return { ...tab, split, panes: tab.panes.toSpliced(at, 0, pane), active: pane.id };
    }),
    made,
  };
}

/** Without that terminal, whose neighbour takes its place; undefined when it was the last. */
export function closePane(workspace: Workspace, paneId: string): Workspace | undefined {
  const tab = workspace.tabs.find(({ panes }) => panes.some(({ id }) => id === paneId));
  if (!tab) return workspace;
  const panes = tab.panes.filter(({ id }) => id !== paneId);
  if (panes.length > 0) {
    const at = tab.panes.findIndex(({ id }) => id === paneId);
    const next = panes[Math.max(0, at - 1)] as Pane;
    return changeTab(workspace, tab.id, (each) => ({
      ...each,
      panes,
      active: each.active === paneId ? next.id : each.active,
    }));
  }
  const at = workspace.tabs.indexOf(tab);
  const tabs = workspace.tabs.toSpliced(at, 1);
  const next = tabs[Math.max(0, at - 1)];
  if (!next) return undefined;
  return { ...workspace, tabs, active: workspace.active === tab.id ? next.id : workspace.active };
}

/** That one is typed into from now on, and its tab is shown. */
export function activatePane(workspace: Workspace, paneId: string): Workspace {
  const tab = workspace.tabs.find(({ panes }) => panes.some(({ id }) => id === paneId));
  if (!tab || (workspace.active === tab.id && tab.active === paneId)) return workspace;
  return { ...changeTab(workspace, tab.id, (each) => ({ ...each, active: paneId })), active: tab.id };
}

/** The tab so many places further on; after the last comes the first. */
export function stepTab(workspace: Workspace, by: number): Workspace {
  const { tabs, active } = workspace;
  const at = tabs.findIndex(({ id }) => id === active) + by;
  const next = tabs[((at % tabs.length) + tabs.length) % tabs.length];
  return next ? { ...workspace, active: next.id } : workspace;
}

/** The next terminal of the tab that is shown. */
export function stepPane(workspace: Workspace): Workspace {
  const { panes, active } = activeTab(workspace);
  const next = panes[(panes.findIndex(({ id }) => id === active) + 1) % panes.length];
  return next ? activatePane(workspace, next.id) : workspace;
}

/** A terminal has got its session, or begins a new one. */
export function setSession(workspace: Workspace, paneId: string, sessionId: string | undefined): Workspace {
  const known = findPane(workspace, ({ id }) => id === paneId);
  if (!known || known.sessionId === sessionId) return workspace;
  const { sessionId: _, ...rest } = known;
  const pane: Pane = sessionId === undefined ? rest : { ...rest, sessionId };
  return {
    ...workspace,
    tabs: workspace.tabs.map((tab) => ({ ...tab, panes: tab.panes.map((each) => (each.id === paneId ? pane : each)) })),
  };
}

export const findPane = ({ tabs }: Workspace, matches: (pane: Pane) => boolean): Pane | undefined =>
  tabs.flatMap(({ panes }) => panes).find(matches);

function changeTab(workspace: Workspace, tabId: string, change: (tab: WorkspaceTab) => WorkspaceTab): Workspace {
  return { ...workspace, tabs: workspace.tabs.map((tab) => (tab.id === tabId ? change(tab) : tab)) };
}
