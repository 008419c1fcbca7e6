import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SecureMessage } from "../index.ts";
import { AGENT_SECRET, aMessage, anIdentity, NOON_MS, setUp } from "../set-up.fixture.ts";

describe("an agent or a server that is fed garbage", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const withData = (data: string) => `{"type":"terminal_input","sessionToken":{},"data":${data}}`;

  test("VT-130 any value whatever gets an answer, never an exception", async () => {
    const { service } = setUp();
    const anyValue = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    await fc.assert(
      fc.asyncProperty(
        anyValue,
        anyValue,
        fc.constantFrom("type", "sessionToken", "data"),
        async (value, part, field) => {
          const nearly = { ...aMessage(), [field]: part };
          for (const message of [value, nearly, { ...aMessage(), data: { ...aMessage().data, payload: part } }]) {
            const result = await service.validateSecureMessage(message, "machine1", AGENT_SECRET);
            if (!result.valid) expect(result.reason).toEqual(expect.any(String));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a getter that throws", Object.defineProperty({}, "type", { enumerable: true, get: () => fail() })],
    ["a proxy that throws", new Proxy({}, { get: () => fail(), ownKeys: () => fail() })],
    ["a payload that contains itself", withCycle()],
    ["a BigInt", { ...aMessage(), data: { ...aMessage().data, payload: 1n } }],
    ["a function", { ...aMessage(), data: { ...aMessage().data, payload: () => 1 } }],
    ["brackets, a hundred thousand deep", JSON.parse(withData(deep))],
    ["a prototype", JSON.parse('{"__proto__":{"type":"terminal_input"},"data":{"__proto__":{"hmac":"x"}}}')],
    ["fields that are inherited", Object.create(aMessage())],
    ["a list", [aMessage()]],
    ["two megabytes", { ...aMessage(), data: { ...aMessage().data, payload: "x".repeat(2_000_000) } }],
    ["an endless type", { ...aMessage(), type: "x".repeat(100_000) }],
  ])("VT-130 VT-154 %s is malformed", async (_, message) => {
    const { service } = setUp();
    const result = await service.validateSecureMessage(message, "machine1", AGENT_SECRET);
    expect(result).toEqual({ valid: false, reason: "Malformed message" });
  });

  test("machines that never proved their secret take no memory, and those that did are bounded", async () => {
    const { service, clock, log } = setUp();
    const validate = (machineId: string) => {
      const message = aMessage({ now: clock.now(), identity: anIdentity({ machineId }) });
      return service.validateSecureMessage(message, machineId, AGENT_SECRET);
    };
    for (let n = 0; n < 2_000; n++) await service.validateSecureMessage(aMessage(), `invented-${n}`, AGENT_SECRET);
    for (let n = 0; n < 1_024; n++) expect((await validate(`machine-${n}`)).valid).toBe(true);
    expect(await validate("one-more")).toEqual({
      valid: false,
      reason: "Replay cannot be ruled out: too many machines",
    });
    expect(log.named("SecureMessageReplayStoreFull")).toHaveLength(1);
    const forged = await service.validateSecureMessage(aMessage({ now: clock.now() }), "invented", "another-secret");
    expect(forged.reason).toBe("HMAC validation failed");
    expect(log.named("SecureMessageReplayStoreFull")).toHaveLength(1);
    clock.advance(61);
    expect(await validate("one-more")).toEqual({ valid: true });
  });

  test("a machine that was forgotten to make room is not open to its old messages when the clock is turned back", async () => {
    const { service, clock } = setUp();
    const validate = (message: SecureMessage) =>
      service.validateSecureMessage(message, message.data.machineId, AGENT_SECRET);
    const captured = Array.from({ length: 1_024 }, (_, n) =>
      aMessage({ identity: anIdentity({ machineId: `machine-${n}` }) }),
    );
    for (const message of captured) expect((await validate(message)).valid).toBe(true);
    clock.advance(61);
    await validate(aMessage({ now: clock.now(), identity: anIdentity({ machineId: "one-more" }) }));
    clock.set(NOON_MS);
    expect((await validate(captured[0] ?? aMessage())).reason).toMatch(/^Replay detected/);
  });
});

function fail(): never {
  throw new Error("hostile");
}

function withCycle(): unknown {
  const payload: Record<string, unknown> = {};
  payload.self = payload;
  return { ...aMessage(), data: { ...aMessage().data, payload } };
}
