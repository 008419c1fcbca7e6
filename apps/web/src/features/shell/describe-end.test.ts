import { expect, test } from "vitest";
import { describeEnd, describeRefusal } from "./describe-end.ts";

const ended = (cause: string) => ({ cause, closeCode: 1000, exit: undefined });
const exited = (exit_code: number | null, signal: number | null = null) => ({
  ...ended("exited"),
  exit: { exit_code, signal },
});

test.each([
  [exited(0), "The shell ended with status 0"],
  [exited(130), "The shell ended with status 130"],
  [exited(null, 9), "The shell was ended by signal 9 (SIGKILL)"],
  [exited(null, 42), "The shell was ended by signal 42"],
  [exited(null), "The shell ended"],
  [ended("exited"), "The shell ended"],
  [ended("viewer_left"), "The session was closed"],
  [ended("agent_lost"), "The machine is gone"],
  [ended("session_revoked"), "The session was ended"],
  [ended("something_new"), "The session was ended"],
])("%j reads %s", (end, title) => expect(describeEnd(end).title).toBe(title));

test("a shell that ended by itself is no fault, a lost machine is", () => {
  expect(describeEnd(exited(1)).kind).toBe("done");
  expect(describeEnd(ended("agent_lost")).kind).toBe("lost");
});

test("a session that a person ended is no loss of rights", () => {
  const exit = {
    exit_code: null,
    signal: null,
    code: "SESSION_REVOKED",
    message: "Access was revoked: ended by a person",
  };
  expect(describeEnd({ ...ended("session_revoked"), exit })).toEqual({ kind: "done", title: "The session was ended" });
});

test.each([
  ["AGENT_LOST", "it did not answer in time", "The machine is gone", "It did not answer in time"],
  ["SESSION_REVOKED", "Access was revoked: role changed", "Access was revoked", "Role changed"],
  ["SOMETHING_NEW", "an unknown reason", "The session was ended", "An unknown reason"],
  ["toString", "an inherited name", "The session was ended", "An inherited name"],
])("a session that was ended with %s", (code, message, title, detail) => {
  const exit = { exit_code: null, signal: null, code, message };
  expect(describeEnd({ ...ended(code.toLowerCase()), exit })).toEqual({ kind: "lost", title, detail });
});

test("a refusal is told in the catalogue's words, with what helps", () => {
  const refusal = { code: "MACHINE_OFFLINE", message: "Machine must be online for remote shell" };
  expect(describeRefusal(refusal)).toMatchObject({ title: "Machine must be online for remote shell" });
  expect(describeRefusal(refusal).detail).toMatch(/ztna up/);
});
