import type { MachineKind } from "@sallyport/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Addressed, resolveMachine, resolveOfKind } from "./resolve-machine.ts";

const machine = (
  id: string,
  name: string,
  kind: MachineKind = "machine",
  agent_id: string | null = null,
): Addressed => ({
  id,
  name,
  kind,
  agent_id,
});

const documented = [
  machine("aaaa-1", "hub-1", "hub"),
  machine("bbbb-2", "spoke-datacenter", "spoke", "spoke-dc"),
  machine("cccc-3", "gateway-west", "gateway", "gw-west"),
];

describe("X-29 a machine is meant", () => {
  test.each([
    ["GK-030 by agent id, which is its name where it has no other", "hub-1", "aaaa-1"],
    ["GK-032 by name", "spoke-datacenter", "bbbb-2"],
    ["GK-033 by agent id", "gw-west", "cccc-3"],
    ["GK-062 by id", "bbbb-2", "bbbb-2"],
    ["by the beginning of its id", "ccc", "cccc-3"],
    ["whatever the case", "HUB-1", "aaaa-1"],
  ])("%s", (_, wanted, id) => {
    expect(resolveMachine(documented, wanted).id).toBe(id);
  });

  test("by agent id before another one's name", () => {
    const machines = [machine("1", "beta", "hub", "gamma"), machine("2", "alpha", "hub", "beta")];
    expect(resolveMachine(machines, "beta").id).toBe("2");
    expect(resolveMachine(machines, "gamma").id).toBe("1");
  });

  test("by its name before the beginning of another one's id", () => {
    expect(resolveMachine([machine("db00-1", "other"), machine("aaaa-1", "db")], "DB").id).toBe("aaaa-1");
  });
});

describe("X-29 ambiguity is an error that names them", () => {
  test("of agent ids of two kinds", () => {
    const machines = [machine("1", "edge", "hub"), machine("2", "edge", "spoke")];
    expect(() => resolveMachine(machines, "edge")).toThrow(
      "Several machines are called edge; use one of the ids 1 (hub), 2 (spoke)",
    );
  });

  test("of names of two machines", () => {
    const machines = [machine("bbbb-1", "Web"), machine("bbbb-2", "web")];
    expect(() => resolveMachine(machines, "web")).toThrow(
      "Several machines are called web; use one of the ids bbbb-1, bbbb-2",
    );
  });

  test("H16 a machine that was named like a node does not take its place", () => {
    const impostor = machine("9", "spoke-datacenter");
    expect(() => resolveMachine([...documented, impostor], "spoke-datacenter")).toThrow("Several machines");
    expect(() => resolveMachine([...documented, machine("9", "hub-1")], "hub-1")).toThrow("Several machines");
  });

  test("nobody is not found", () => {
    expect(() => resolveMachine(documented, "nobody")).toThrow("Machine nobody not found");
  });
});

describe("X-29 within a kind", () => {
  const machines = [
    machine("hub-2", "one", "hub"),
    machine("2222", "hub-2", "hub", "two"),
    machine("3333", "two", "hub", "three"),
    machine("4444", "one", "spoke"),
  ];

  test("the id counts first, then the agent id, then the name", () => {
    expect(resolveOfKind(machines, "hub", "hub-2").id).toBe("hub-2");
    expect(resolveOfKind(machines, "hub", "two").id).toBe("2222");
    expect(resolveOfKind(machines, "hub", "one").id).toBe("hub-2");
    expect(resolveOfKind(machines, "spoke", "one").id).toBe("4444");
  });

  test("another kind's is not found", () => {
    expect(() => resolveOfKind(machines, "gateway", "one")).toThrow("Gateway one not found");
    expect(() => resolveOfKind(machines, "spoke", "2222")).toThrow("Spoke 2222 not found");
  });
});

test("X-29 what is found is what was asked for, and alone in being so", () => {
  const word = fc.constantFrom("a", "b", "c", "d");
  const kind = fc.constantFrom("machine", "gateway", "hub", "spoke" as const);
  const machines = fc.uniqueArray(
    fc.record({ id: fc.uuid(), name: word, kind, agent_id: fc.option(word) }) as fc.Arbitrary<Addressed>,
    { selector: ({ id }) => id, maxLength: 6 },
  );
  fc.assert(
    fc.property(machines, word, (all, wanted) => {
      let found: Addressed | undefined;
      try {
        found = resolveMachine(all, wanted);
      } catch {
        return;
      }
      const others = all.filter((each) => each !== found);
      const isAgentId = (each: Addressed) => (each.agent_id ?? each.name) === wanted;
      if (isAgentId(found)) expect(others.filter(isAgentId)).toEqual([]);
      else if (found.name === wanted) expect(all.filter(isAgentId)).toEqual([]);
      else expect(found.id.startsWith(wanted)).toBe(true);
    }),
  );
});
