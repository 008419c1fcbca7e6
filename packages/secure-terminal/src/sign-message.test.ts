import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { MAX_JSON_CHARS } from "./canonical-json.ts";
import { SecureTerminalError } from "./errors.ts";
import { signToken } from "./session-token.ts";
import { AGENT_SECRET, aMessage, anIdentity, NOON_MS, overTheWire, TOKEN_SECRET } from "./set-up.fixture.ts";
import { MessageVerifier } from "./verify-message.ts";

const verdictOn = (message: unknown, machineId = "machine1") =>
  new MessageVerifier({ machineId, now: () => NOON_MS }).verify(message, AGENT_SECRET);

describe("a signed message", () => {
  test("VT-131 VT-132 the HMAC is that of the canonical text in the README, and of nothing less", () => {
    const { hmac, ...data } = aMessage().data;
    const text = [
      "secure-message/1\n",
      `{"data":{"machineId":"machine1","nonce":"${data.nonce}","payload":{"data":"ls -la"},`,
      '"sessionId":"550e8400-e29b-41d4-a716-446655440000","timestamp":"2030-01-01T12:00:00.000Z"},',
      '"sessionToken":{"capabilities":["spawn","input","resize"],"machineId":"machine1",',
      '"sessionId":"550e8400-e29b-41d4-a716-446655440000","userId":"user1"},"type":"terminal_input"}',
    ].join("");
    expect(hmac).toBe(createHmac("sha256", AGENT_SECRET).update(text, "utf8").digest("hex"));
  });

  test("VT-026 VT-027 VT-028 VT-133 it carries an HMAC, a nonce of 16 bytes and a timestamp in milliseconds", () => {
    expect(aMessage()).toEqual({
      type: "terminal_input",
      sessionToken: anIdentity(),
      data: {
        sessionId: anIdentity().sessionId,
        machineId: "machine1",
        payload: { data: "ls -la" },
        nonce: expect.stringMatching(/^[0-9a-f]{32}$/),
        timestamp: "2030-01-01T12:00:00.000Z",
        hmac: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
  });

  test("VT-120 no two messages share a nonce", () => {
    const nonces = Array.from({ length: 2_000 }, () => aMessage().data.nonce);
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  test("the token's signature stays on the server: an agent could only misuse it", () => {
    const token = signToken({ ...anIdentity(), capabilities: ["input"], issuedAt: 1, expiresAt: 2 }, TOKEN_SECRET);
    expect(JSON.stringify(aMessage({ identity: token }))).not.toContain(token.signature);
  });

  test("the identity's list is copied, so changing it later changes no message", () => {
    const capabilities = ["input"];
    const message = aMessage({ identity: anIdentity({ capabilities }) });
    capabilities.push("execute");
    expect(verdictOn(message)).toEqual({ valid: true });
  });

  test.each([
    ["VT-103 an empty object", {}],
    ["nothing", null],
    ["text", "ls"],
    ["a number", 7],
    ["a list", [1, [2]]],
    ["undefined, sent as null", undefined],
    ["a date, sent as text", { at: new Date(0) }],
    ["bytes, sent as Buffer does", Buffer.from("ls")],
    ["members that are undefined, not sent", { data: "x", more: undefined }],
    ["text of every plane", { data: "é e\u0301 🚪 \ud800 \u0000" }],
    ["a member named __proto__", JSON.parse('{"__proto__":{"a":1}}')],
  ])("VT-056 VT-058 the payload may be %s, here and after the wire", (_, payload) => {
    const message = aMessage({ payload });
    expect(verdictOn(overTheWire(message))).toEqual({ valid: true });
    expect(verdictOn(message)).toEqual({ valid: true });
  });

  test.each([
    ["a function", { run: () => 1 }],
    ["NaN", { cols: Number.NaN }],
    ["a BigInt", 1n],
    ["a cycle", cycle()],
    ["more than the limit", "x".repeat(MAX_JSON_CHARS)],
  ])("VT-154 a payload with %s is refused when signing, not when it arrives", (_, payload) => {
    expect(() => aMessage({ payload })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", message: "The payload cannot be sent as JSON" }),
    );
  });

  test.each([
    ["an empty type", { type: "" }],
    ["a long type", { type: "x".repeat(65) }],
    ["an empty secret", { secret: "" }],
    ["no session", { identity: anIdentity({ sessionId: "" }) }],
    ["no machine", { identity: anIdentity({ machineId: "" }) }],
    ["an endless user name", { identity: anIdentity({ userId: "x".repeat(257) }) }],
    ["too many capabilities", { identity: anIdentity({ capabilities: Array.from({ length: 33 }, () => "input") }) }],
  ])("%s is refused", (_, over) => {
    expect(() => aMessage(over)).toThrow(SecureTerminalError);
  });

  test("messages that no user causes may have an empty user", () => {
    const message = aMessage({ type: "clock", identity: anIdentity({ userId: "", capabilities: [] }) });
    expect(verdictOn(overTheWire(message))).toEqual({ valid: true });
  });
});

function cycle(): object {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  return loop;
}
