import { expect, test } from "vitest";
import type { CommandResult } from "./command-result.ts";
import { exportRun, runAsText } from "./export-run.ts";

const RESULTS: CommandResult[] = [
  {
    machineId: "1",
    machineName: "web-1",
    sessionId: "s",
    state: { is: "exited", exitCode: 2 },
    durationMs: 12.6,
    output: { stdout: "\u001b[1mout\u001b[0m\n", stderr: "err\n", isCut: false },
  },
  {
    machineId: "2",
    machineName: "web-2",
    sessionId: undefined,
    state: { is: "failed", reason: "It is offline" },
    durationMs: undefined,
    output: undefined,
  },
];

test("a file has everything as it was written, and what is not known as null", () => {
  const { machines, ...run } = exportRun({
    runId: "r",
    command: "id",
    startedAt: "2026-01-01T00:00:00Z",
    results: RESULTS,
  });
  expect(run).toEqual({ run_id: "r", command: "id", started_at: "2026-01-01T00:00:00Z" });
  expect(machines).toEqual([
    {
      node: "web-1",
      id: "1",
      session: "s",
      status: "exited",
      exit_code: 2,
      error: null,
      duration_ms: 13,
      stdout: "\u001b[1mout\u001b[0m\n",
      stderr: "err\n",
      truncated: false,
    },
    {
      node: "web-2",
      id: "2",
      session: null,
      status: "failed",
      exit_code: null,
      error: "It is offline",
      duration_ms: null,
      stdout: null,
      stderr: null,
      truncated: null,
    },
  ]);
});

test("as text, results are under the names of their machines", () => {
  expect(runAsText(RESULTS)).toBe("--- web-1: exit 2\nout\nerr\n\n--- web-2: It is offline");
});
