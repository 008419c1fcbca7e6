import fc from "fast-check";
import { expect, test } from "vitest";
import {
  activatePane,
  activePane,
  activeTab,
  addTab,
  closePane,
  findPane,
  MOST_PANES,
  setSession,
  splitPane,
  startWorkspace,
  stepPane,
  stepTab,
  Workspace,
} from "./workspace.ts";

const first = startWorkspace({ machineId: "m1" });

test("a split is on the same machine, beside the one that is typed into, and is typed into then", () => {
  const two = splitPane(first, "rows");
  expect(activeTab(two)).toMatchObject({ split: "rows", panes: [{ id: "pane-1" }, { machineId: "m1" }] });
  expect(activePane(two).id).not.toBe("pane-1");
  expect(activePane(stepPane(two)).id).toBe("pane-1");
  const between = splitPane(stepPane(two), "columns");
  expect(activeTab(between).panes.map(({ id }) => id)).toEqual(["pane-1", "pane-3", "pane-2"]);
});

test("a closed terminal gives its place to its neighbour, a closed tab to the one before, and the last to nobody", () => {
  const two = addTab(splitPane(first, "columns"), { machineId: "m2", sessionId: "s" });
  expect(activePane(two)).toMatchObject({ machineId: "m2", sessionId: "s" });
  const left = closePane(two, activePane(two).id);
  expect(left?.tabs).toHaveLength(1);
  const one = left && closePane(left, "pane-1");
  expect(one && activePane(one).id).toBe("pane-2");
  expect(one && closePane(one, "pane-2")).toBeUndefined();
});

test("what is closed elsewhere does not change what is looked at", () => {
  const three = addTab(addTab(first, { machineId: "m2" }), { machineId: "m3" });
  const shown = activePane(three);
  const after = closePane(three, "pane-1");
  expect(after && activePane(after)).toEqual(shown);
});

test("a session that a terminal got is kept with it, and forgotten when it begins anew", () => {
  const known = setSession(first, "pane-1", "s1");
  expect(findPane(known, ({ sessionId }) => sessionId === "s1")?.id).toBe("pane-1");
  expect(setSession(known, "pane-1", undefined)).toEqual(first);
  expect(setSession(known, "pane-1", "s1")).toBe(known);
});

type Act = (workspace: Workspace) => Workspace;
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.constant<Act>((workspace) => addTab(workspace, { machineId: "m2" })),
  fc.constantFrom("columns", "rows").map<Act>((split) => (workspace) => splitPane(workspace, split)),
  fc.nat(20).map<Act>((number) => (workspace) => closePane(workspace, `pane-${number}`) ?? workspace),
  fc.nat(20).map<Act>((number) => (workspace) => activatePane(workspace, `pane-${number}`)),
  fc.integer({ min: -3, max: 3 }).map<Act>((by) => (workspace) => stepTab(workspace, by)),
  fc.constant<Act>(stepPane),
);

test("whatever one does, there is one terminal that is typed into, no two have one name, and they are not too many", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const workspace = acts.reduce((before, each) => each(before), first);
      expect(Workspace.safeParse(workspace).success).toBe(true);
      const ids = workspace.tabs.flatMap(({ panes }) => panes.map(({ id }) => id));
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBeLessThanOrEqual(MOST_PANES);
      expect(ids).toContain(activePane(workspace).id);
      expect(Workspace.parse(JSON.parse(JSON.stringify(workspace)))).toEqual(workspace);
    }),
  );
});
