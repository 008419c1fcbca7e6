import type { DiagnosticRun } from "@sallyport/protocol";
import { expect, test } from "vitest";
import type { PlaceState } from "./diagnosis.ts";
import { keptPlace } from "./kept-runs.ts";
import { rowOfKept, rowOfPlace } from "./place-row.ts";

const run: DiagnosticRun = {
  tool: "nc",
  target: "db-1",
  location: "hub:1",
  status: "failed",
  output: "refused",
  truncated: true,
  result: { open: false },
  error: "exit 1",
  started_at: "2026-01-01T00:00:00.000Z",
  duration_ms: 7,
  exit_code: 1,
};

test.each<[PlaceState, string, string | undefined]>([
  [{ is: "done", run }, "Failed", "exit 1"],
  [{ is: "done", run: { ...run, status: "timeout", error: null } }, "Timeout", undefined],
  [{ is: "refused", message: "nc is not installed there", isLimit: false }, "Not run", "nc is not installed there"],
  [{ is: "stopped", output: "some" }, "Stopped", undefined],
])("a place reads the same when it is remembered, but for what its tool wrote (%#)", (state, word, detail) => {
  const row = rowOfPlace({ location: "hub:1", state }, "Hub: hub-1");
  expect([row.word, row.detail]).toEqual([word, detail]);
  const kept = keptPlace({ location: "hub:1", state }, "Hub: hub-1");
  if (!kept) throw new Error("it is over");
  const remembered = rowOfKept(kept);
  expect(remembered).toMatchObject({ location: "hub:1", label: "Hub: hub-1", word, detail, output: undefined });
  expect(remembered.finding?.result).toEqual(row.finding?.result);
});

test("a place that is not over is not remembered, and shows what was written until now", () => {
  const place = { location: "hub:1", state: { is: "running", output: "64 bytes" } } as const;
  expect(keptPlace(place, "Hub: hub-1")).toBeUndefined();
  expect(rowOfPlace(place, "Hub: hub-1")).toMatchObject({
    word: "Running",
    output: { text: "64 bytes", isCut: false },
  });
});
