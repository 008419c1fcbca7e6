import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type CommandEvents, FleetRun } from "./fleet-run.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Machines whose commands do what the test says. */
function fleet(count: number, atOnce = 2) {
  const begun = new Map<string, CommandEvents>();
  const stopped: string[] = [];
  let nowMs = 0;
  const run = new FleetRun({
    runId: "run",
    orgId: "org",
    command: "uptime",
    timeoutSeconds: 60,
    targets: Array.from({ length: count }, (_, index) => ({ id: `m${index}`, name: `machine ${index}` })),
    begin: (machineId, events) => {
      begun.set(machineId, events);
      return {
        stop: () => {
          stopped.push(machineId);
          events.ended({ is: "cancelled" });
        },
      };
    },
    atOnce,
    nowMs: () => nowMs,
  });
  const events = (id: string): CommandEvents => {
    const found = begun.get(id);
    if (!found) throw new Error(`${id} was not begun`);
    return found;
  };
  const states = () => {
    vi.runAllTimers();
    return run.results().map(({ state }) => (state.is === "exited" ? state.exitCode : state.is));
  };
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { run, begun, stopped, events, states, pass };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

test("so many run at a time, and the next one is begun when one has ended", () => {
  const { run, begun, events, states } = fleet(4);
  run.start();
  expect([...begun.keys()]).toEqual(["m0", "m1"]);
  events("m1").running("session");
  events("m1").ended({ is: "exited", exitCode: 3 });
  expect([...begun.keys()]).toEqual(["m0", "m1", "m2"]);
  expect(states()).toEqual(["starting", 3, "starting", "waiting"]);
  expect(run.isOver).toBe(false);
});

test("a result has what was written, on which stream, and how long it took; and does not change after its end", () => {
  const { run, events, pass, states } = fleet(1);
  run.start();
  events("m0").running("session");
  events("m0").output("stdout", bytesOf("out"));
  events("m0").output("stderr", bytesOf("err"));
  pass(1_500);
  events("m0").ended({ is: "exited", exitCode: 0 });
  events("m0").ended({ is: "failed", reason: "late" });
  events("m0").trouble("late");
  expect(states()).toEqual([0]);
  expect(run.results()[0]).toMatchObject({
    sessionId: "session",
    durationMs: 1_500,
    output: { stdout: "out", stderr: "err", isCut: false },
  });
  expect(run.isOver).toBe(true);
});

test("stopping all ends what runs, and begins nothing more", () => {
  const { run, begun, stopped, states } = fleet(5);
  run.start();
  run.stopAll();
  expect(stopped).toEqual(["m0", "m1"]);
  expect(states()).toEqual(Array(5).fill("cancelled"));
  expect(begun.size).toBe(2);
  expect(run.isOver).toBe(true);
});

test("one that waits can be left out, and the others go on", () => {
  const { run, begun, events, states } = fleet(4, 1);
  run.start();
  run.stop("m1");
  events("m0").ended({ is: "exited", exitCode: 0 });
  expect([...begun.keys()]).toEqual(["m0", "m2"]);
  expect(states()).toEqual([0, "cancelled", "starting", "waiting"]);
});

test("what is told is a new list a few times a second, in which unchanged results are the same objects", () => {
  const { run, events } = fleet(2);
  const told = vi.fn();
  run.subscribe(told);
  run.start();
  vi.runAllTimers();
  expect(told).toHaveBeenCalledTimes(1);
  const before = run.results();
  for (let each = 0; each < 50; each++) events("m0").output("stdout", bytesOf("x"));
  expect(run.results()).toBe(before);
  vi.runAllTimers();
  expect(told).toHaveBeenCalledTimes(2);
  expect(run.results()[0]?.output?.stdout).toBe("x".repeat(50));
  expect(run.results()[1]).toBe(before[1]);
});
