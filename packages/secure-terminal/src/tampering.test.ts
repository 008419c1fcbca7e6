import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SecureMessage } from "./secure-message.ts";
import { AGENT_SECRET, aMessage, NOON_MS, overTheWire } from "./set-up.fixture.ts";
import { MessageVerifier } from "./verify-message.ts";

function anAgent() {
  const verifier = new MessageVerifier({ machineId: "machine1", now: () => NOON_MS });
  return { verify: (message: unknown) => verifier.verify(message, AGENT_SECRET) };
}

describe("a message that was changed on its way", () => {
  test("VT-122 a timestamp edited to two minutes ago is reported as a timestamp, one edited a little as a forgery", () => {
    const { verify } = anAgent();
    const edited = (ms: number) => {
      const message = aMessage();
      message.data.timestamp = new Date(NOON_MS + ms).toISOString();
      return verify(message).reason;
    };
    expect(edited(-120_000)).toContain("Timestamp");
    expect(edited(1_000)).toContain("HMAC");
  });

  test.each<[string, (message: SecureMessage) => void]>([
    [
      "type",
      (message) => {
        message.type = "execute_command";
      },
    ],
    [
      "payload",
      (message) => {
        message.data.payload = { data: "rm -rf /" };
      },
    ],
    [
      "session id",
      (message) => {
        message.data.sessionId = "another";
      },
    ],
    [
      "machine id",
      (message) => {
        message.data.machineId = "another";
      },
    ],
    [
      "nonce",
      (message) => {
        message.data.nonce = "0".repeat(32);
      },
    ],
    [
      "nonce, to no nonce at all",
      (message) => {
        message.data.nonce = "new";
      },
    ],
    [
      "HMAC",
      (message) => {
        message.data.hmac = "0".repeat(64);
      },
    ],
    [
      "HMAC, to no HMAC at all",
      (message) => {
        message.data.hmac = "tampered";
      },
    ],
    [
      "HMAC, to upper case",
      (message) => {
        message.data.hmac = message.data.hmac.toUpperCase();
      },
    ],
    [
      "user",
      (message) => {
        message.sessionToken.userId = "root";
      },
    ],
    [
      "capabilities",
      (message) => {
        message.sessionToken.capabilities = ["spawn", "input", "resize", "execute"];
      },
    ],
    [
      "token's session",
      (message) => {
        message.sessionToken.sessionId = "another";
      },
    ],
    [
      "token's machine",
      (message) => {
        message.sessionToken.machineId = "another";
      },
    ],
  ])("VT-122 a changed %s is refused", (_, change) => {
    const { verify } = anAgent();
    const message = aMessage();
    change(message);
    expect(verify(message)).toEqual({ valid: false, reason: "HMAC validation failed" });
  });

  test("VT-122 any change of any single field, anywhere in the message, is refused", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), fc.jsonValue(), (payload, pick, replacement) => {
        const message = overTheWire(aMessage({ payload }));
        const before = JSON.stringify(message);
        const places = placesIn(message);
        places[pick % places.length]?.set(replacement);
        expect(anAgent().verify(message).valid).toBe(JSON.stringify(message) === before);
      }),
      { numRuns: 1_000 },
    );
  });

  test("H9 a field that was added or taken away, anywhere in the message, is noticed", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), fc.boolean(), (payload, pick, isAdded) => {
        const message = overTheWire(aMessage({ payload }));
        const before = JSON.stringify(message);
        const objects = [message, ...placesIn(message).map((place) => place.get())].filter(isObject);
        const object = objects[pick % objects.length] ?? message;
        if (isAdded) Object.assign(object, { added: true });
        else Reflect.deleteProperty(object, Object.keys(object)[0] ?? "");
        expect(anAgent().verify(message).valid).toBe(JSON.stringify(message) === before);
      }),
      { numRuns: 500 },
    );
  });
});

interface Place {
  get(): unknown;
  set(value: unknown): void;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every member of every object and list inside a JSON value. */
function placesIn(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const container = value as Record<string, unknown>;
  return Object.keys(container).flatMap((key) => [
    {
      get: () => container[key],
      set: (member: unknown) => {
        container[key] = member;
      },
    },
    ...placesIn(container[key]),
  ]);
}
