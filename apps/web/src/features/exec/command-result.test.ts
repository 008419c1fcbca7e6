import type { ExecView } from "@sallyport/protocol";
import { expect, test } from "vitest";
import {
  type CommandResult,
  countResults,
  countWords,
  describeState,
  durationWords,
  resultFrom,
} from "./command-result.ts";

const view = (of: Partial<ExecView> = {}): ExecView => ({
  session_id: "00000000-0000-4000-8000-00000000000a",
  run_id: "00000000-0000-4000-8000-00000000000b",
  machine_id: "00000000-0000-4000-8000-00000000000c",
  machine_name: "web-1",
  user_id: "00000000-0000-4000-8000-00000000000d",
  user_email: "ada@example.com",
  command: "uptime",
  status: "ended",
  created_at: "2026-01-01T11:00:00.000Z",
  ended_at: "2026-01-01T11:00:01.500Z",
  cause: "exited",
  exit_code: 0,
  output: null,
  ...of,
});
const say = (of: Partial<ExecView>) => {
  const { word, detail } = describeState(resultFrom(view(of)).state);
  return detail ? `${word}: ${detail}` : word;
};

test.each<[Partial<ExecView>, string]>([
  [{}, "Exit 0"],
  [{ exit_code: 3 }, "Exit 3"],
  [{ exit_code: null }, "Failed: ended by a signal"],
  [{ status: "active", ended_at: null, cause: null, exit_code: null }, "Running"],
  [{ cause: "command_timeout", exit_code: null }, "Failed: ran longer than it was given"],
  [{ cause: "something_new", exit_code: null }, "Failed: something new"],
])("what the server remembers reads as it was (%#)", (of, words) => expect(say(of)).toBe(words));

test("recorded output is UTF-8 in base64, and how long it took is known", () => {
  const stdout = Buffer.from("grün").toString("base64");
  const result = resultFrom(view({ output: { stdout, stderr: "", truncated: true } }));
  expect(result.output).toEqual({ stdout: "grün", stderr: "", isCut: true });
  expect(result.durationMs).toBe(1_500);
});

test("results are counted by how they went", () => {
  const states: CommandResult["state"][] = [
    { is: "waiting" },
    { is: "starting" },
    { is: "running" },
    { is: "exited", exitCode: 0 },
    { is: "exited", exitCode: 1 },
    { is: "failed", reason: "lost" },
    { is: "cancelled" },
  ];
  const counts = countResults(states.map((state) => ({ ...resultFrom(view()), state })));
  expect(counts).toEqual({ waiting: 1, running: 2, succeeded: 1, failed: 2, cancelled: 1 });
  expect(countWords(counts)).toBe("2 running · 1 waiting · 2 failed · 1 succeeded · 1 cancelled");
  expect(countWords(countResults([]))).toBe("");
});

test.each([
  [440, "0.4 s"],
  [12_300, "12 s"],
  [59_700, "1 min 0 s"],
  [185_000, "3 min 5 s"],
])("%d ms are %s", (ms, words) => expect(durationWords(ms)).toBe(words));
