import { RemoteError } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { describeEnd, describeRefusal, describeUnopened } from "./describe-end.ts";

const closed = (closeCode: number, closeReason = "") => ({ closeCode, closeReason, exit: undefined });
const exited = (exit_code: number | null, signal: number | null = null) => ({
  closeCode: 1000,
  closeReason: "",
  exit: { exit_code, signal },
});

test.each([
  [exited(0), "The shell ended with status 0"],
  [exited(130), "The shell ended with status 130"],
  [exited(null, 9), "The shell was ended by signal 9 (SIGKILL)"],
  [exited(null, 42), "The shell was ended by signal 42"],
  [exited(null), "The shell ended"],
  [closed(1000), "The session was closed"],
  [closed(1006), "The connection was lost"],
  [closed(1011), "The machine is gone"],
  [closed(1012), "The control plane is restarting"],
  [closed(4403), "Access was revoked"],
  [closed(4409), "The session was taken over from another window"],
  [closed(4999), "The connection was closed with code 4999"],
])("%j reads %s", (end, title) => expect(describeEnd(end).title).toBe(title));

test("a shell that ended by itself is no fault, a lost connection is", () => {
  expect(describeEnd(exited(1)).kind).toBe("done");
  expect(describeEnd(closed(1006)).kind).toBe("lost");
});

test("the reason of a close is told once", () => {
  expect(describeEnd(closed(4403, "Access was revoked: role changed")).detail).toBe("Role changed");
  expect(describeEnd(closed(1011, "the agent stopped")).detail).toBe("The agent stopped");
});

test.each([
  ["AGENT_LOST", "it did not answer in time", "The machine is gone", "It did not answer in time"],
  ["SESSION_REVOKED", "role changed", "Access was revoked", "Role changed"],
  ["SOMETHING_NEW", "an unknown reason", "The session was ended", "An unknown reason"],
  ["toString", "an inherited name", "The session was ended", "An inherited name"],
])("a session that was ended with %s", (code, message, title, detail) => {
  const exit = { exit_code: null, signal: null, code, message };
  expect(describeEnd({ closeCode: 1011, closeReason: "", exit })).toEqual({ kind: "lost", title, detail });
});

test("a refused handshake is not called a lost connection", () => {
  expect(describeUnopened(closed(1006)).title).toBe("The connection could not be opened");
  expect(describeUnopened(closed(4403)).title).toBe("Access was revoked");
});

test("a refusal is told in the catalogue's words, with what helps", () => {
  const error = new RemoteError(400, { code: "MACHINE_OFFLINE", message: "Machine must be online for remote shell" });
  expect(describeRefusal(error)).toMatchObject({ title: "Machine must be online for remote shell" });
  expect(describeRefusal(error).detail).toMatch(/ztna up/);
});
