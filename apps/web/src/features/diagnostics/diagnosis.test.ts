import type { DiagnosticRun } from "@sallyport/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Diagnosis } from "./diagnosis.ts";
import { questionFrom } from "./question.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const run = (location: string): DiagnosticRun => ({
  tool: "ping",
  target: "db-1",
  location,
  status: "success",
  output: "all",
  truncated: false,
  result: null,
  error: null,
  started_at: "2026-01-01T00:00:00.000Z",
  duration_ms: 5,
  exit_code: 0,
});

/** Places that answer when the test says so. */
function ask(at: string) {
  const asked = new Map<
    string,
    { tell: (text: string) => void; signal: AbortSignal; answer: () => void; fail: (error: unknown) => void }
  >();
  const onOver = vi.fn();
  const diagnosis = new Diagnosis({
    question: questionFrom({ tool: "ping", target: "db-1", at }),
    ask: (location, tell, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("stopped")));
        asked.set(location, { tell, signal, answer: () => resolve(run(location)), fail: reject });
      }),
    refusalOf: (error) => ({ message: String(error), isLimit: error === "limit" }),
    onOver,
  });
  const over = diagnosis.start();
  const states = () => {
    vi.runAllTimers();
    return diagnosis.places().map(({ state }) => state.is);
  };
  return { diagnosis, asked, onOver, over, states };
}

test("three places are asked at a time, and each once", async () => {
  const { asked, states, over, onOver } = ask("a b c d");
  expect([...asked.keys()]).toEqual(["a", "b", "c"]);
  expect(states()).toEqual(["running", "running", "running", "waiting"]);
  asked.get("b")?.answer();
  await vi.waitFor(() => expect(asked.has("d")).toBe(true));
  for (const each of ["a", "c", "d"]) asked.get(each)?.answer();
  await over;
  expect(states()).toEqual(["done", "done", "done", "done"]);
  expect(onOver).toHaveBeenCalledOnce();
});

test("what a tool writes is shown as it comes, and a refusal is that place's own", async () => {
  const { diagnosis, asked, states, over } = ask("a b");
  asked.get("a")?.tell("64 bytes");
  asked.get("a")?.tell(" from");
  asked.get("b")?.fail("limit");
  await vi.waitFor(() => expect(states()).toEqual(["running", "refused"]));
  expect(diagnosis.places()[0]?.state).toEqual({ is: "running", output: "64 bytes from" });
  expect(diagnosis.places()[1]?.state).toEqual({ is: "refused", message: "limit", isLimit: true });
  asked.get("a")?.answer();
  await over;
});

test("stopping ends what runs, keeps what it wrote, and asks nobody else", async () => {
  const { diagnosis, asked, states, over } = ask("a b c d");
  asked.get("a")?.tell("some");
  diagnosis.stop();
  await over;
  expect(states()).toEqual(["stopped", "stopped", "stopped", "stopped"]);
  expect(diagnosis.places()[0]?.state).toEqual({ is: "stopped", output: "some" });
  expect(asked.size).toBe(3);
  expect(asked.get("a")?.signal.aborted).toBe(true);
});
