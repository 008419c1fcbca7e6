import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSameSession, isSignedToken, readToken, type SessionToken, signToken } from "./session-token.ts";
import { TOKEN_SECRET } from "./set-up.fixture.ts";

const CLAIMS = {
  sessionId: "550e8400-e29b-41d4-a716-446655440000",
  userId: "user1",
  machineId: "machine1",
  issuedAt: 1_900_000_000,
  expiresAt: 1_900_000_300,
  capabilities: ["spawn", "input", "resize"],
};

describe("a session token", () => {
  test("VT-137 is signed over the JSON of its six other fields, in this order", () => {
    const text =
      '{"sessionId":"550e8400-e29b-41d4-a716-446655440000","userId":"user1","machineId":"machine1",' +
      '"issuedAt":1900000000,"expiresAt":1900000300,"capabilities":["spawn","input","resize"]}';
    const signature = createHmac("sha256", TOKEN_SECRET).update(text).digest("hex");
    expect(signToken(CLAIMS, TOKEN_SECRET)).toEqual({ ...CLAIMS, signature });
  });

  test("no border between fields can be moved without breaking the signature", () => {
    const anyClaims = fc.record({
      sessionId: fc.string({ minLength: 1 }),
      userId: fc.string({ minLength: 1 }),
      machineId: fc.string({ minLength: 1 }),
      issuedAt: fc.maxSafeNat(),
      expiresAt: fc.maxSafeNat(),
      capabilities: fc.array(fc.string({ minLength: 1 }), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(anyClaims, anyClaims, (one, other) => {
        const { signature } = signToken(one, TOKEN_SECRET);
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        expect(isSignedToken({ ...other, signature }, TOKEN_SECRET)).toBe(isSame);
        expect(isSignedToken({ ...one, signature }, TOKEN_SECRET)).toBe(true);
      }),
    );
  });

  test("renewed tokens are of the same session, others are not", () => {
    const token = signToken(CLAIMS, TOKEN_SECRET);
    expect(isSameSession(token, signToken({ ...CLAIMS, expiresAt: 2_000_000_000 }, TOKEN_SECRET))).toBe(true);
    expect(isSameSession(token, signToken({ ...CLAIMS, issuedAt: 1_900_000_001 }, TOKEN_SECRET))).toBe(false);
    expect(isSameSession(token, signToken({ ...CLAIMS, userId: "user2" }, TOKEN_SECRET))).toBe(false);
  });

  test("reading one never throws, and returns nothing but tokens", () => {
    const anyField = fc.oneof(fc.anything(), fc.constant("text"), fc.constant(1), fc.constant(["input"]));
    const nearly = fc.record({
      sessionId: anyField,
      userId: anyField,
      machineId: anyField,
      issuedAt: anyField,
      expiresAt: anyField,
      capabilities: anyField,
      signature: anyField,
    });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), nearly), (value) => {
        const token = readToken(value);
        if (token) expect(Object.keys(token).sort()).toEqual([...Object.keys(CLAIMS), "signature"].sort());
      }),
    );
    const hostile = Object.defineProperty({}, "sessionId", {
      get() {
        throw new Error("hostile");
      },
    });
    expect(readToken(hostile)).toBeUndefined();
  });

  test("what is read is a copy: a list that changes afterwards changes nothing", () => {
    const token: SessionToken = signToken(CLAIMS, TOKEN_SECRET);
    const read = readToken(token);
    token.capabilities.push("execute");
    expect(read?.capabilities).toEqual(CLAIMS.capabilities);
  });
});
