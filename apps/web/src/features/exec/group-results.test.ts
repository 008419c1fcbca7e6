import { expect, test } from "vitest";
import type { CommandResult } from "./command-result.ts";
import { groupResults } from "./group-results.ts";

const result = (machineName: string, of: Partial<CommandResult> = {}): CommandResult => ({
  machineId: machineName,
  machineName,
  sessionId: undefined,
  state: { is: "exited", exitCode: 0 },
  durationMs: 10,
  output: { stdout: "6.1.0\n", stderr: "", isCut: false },
  ...of,
});
const said = (stdout: string, stderr = "") => ({ output: { stdout, stderr, isCut: false } });

test("machines that ended alike and wrote the same are together, the most common first", () => {
  const groups = groupResults([
    result("odd", said("5.10.0\n")),
    result("a"),
    result("b", { durationMs: 99 }),
    result("bad", { state: { is: "exited", exitCode: 1 } }),
    result("elsewhere", said("", "6.1.0\n")),
    result("c"),
  ]);
  expect(groups.map(({ results }) => results.map(({ machineName }) => machineName))).toEqual([
    ["a", "b", "c"],
    ["odd"],
    ["bad"],
    ["elsewhere"],
  ]);
});

test("those that still run are together, whatever they wrote until now", () => {
  const groups = groupResults([
    result("a", { state: { is: "running" }, ...said("1") }),
    result("b", { state: { is: "running" }, ...said("2") }),
    result("c", { state: { is: "waiting" }, ...said("") }),
  ]);
  expect(groups.map(({ results }) => results.length)).toEqual([2, 1]);
});
