import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { outcomeOf } from "./outcome.ts";

const exited = (exit_code: number | null, signal: number | null = null) =>
  ({ state: "ended", exit: { exit_code, signal }, cause: "exited", closeCode: 1000 }) as const;

describe("the exit status of a session", () => {
  test("is the one of its program", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), (status) => {
        expect(outcomeOf(exited(status))).toEqual({ status, message: undefined });
      }),
    );
  });

  test("of a program that failed is never the one of success, however large its number", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), (code) => {
        const status = outcomeOf(exited(code))?.status ?? -1;
        expect(status === 0).toBe(code === 0);
        expect(status).toBeGreaterThanOrEqual(0);
        expect(status).toBeLessThanOrEqual(255);
      }),
    );
  });

  test("tells the signal that killed it", () => {
    expect(outcomeOf(exited(null, 9))).toEqual({ status: 137, message: "The program was killed by signal 9." });
  });

  test.each([
    ["session_revoked", 254],
    ["agent_lost", 255],
    ["something newer", 1],
  ])("that ended with %s is %i", (cause, status) => {
    expect(outcomeOf({ state: "ended", exit: undefined, cause, closeCode: 4403 })?.status).toBe(status);
  });

  test("says why, in the words of the other side when there are any", () => {
    const exit = { exit_code: null, signal: null, code: "SESSION_REVOKED", message: "Access was revoked: by an owner" };
    const outcome = outcomeOf({ state: "ended", exit, cause: "session_revoked", closeCode: 4403 });
    expect(outcome).toEqual({ status: 254, message: "Access was revoked: by an owner" });
  });

  test("that this person ended is 0", () => {
    const state = { state: "ended", exit: undefined, cause: "session_revoked", closeCode: 4403 } as const;
    expect(outcomeOf(state, { endedByUs: true })?.status).toBe(0);
  });

  test.each([
    ["UNAUTHORIZED", 3],
    ["FORBIDDEN", 254],
    ["MACHINE_OFFLINE", 6],
    ["NOT_FOUND", 4],
    ["UNREACHABLE", 255],
  ])("that was refused with %s is %i", (code, status) => {
    expect(outcomeOf({ state: "refused", code, message: "no" })).toEqual({ status, message: `${code}: no` });
  });

  test("that another window took is 5", () => {
    expect(outcomeOf({ state: "taken_over" })?.status).toBe(5);
  });

  test("is not known while it goes on", () => {
    expect(outcomeOf({ state: "connected", resumed: true })).toBeUndefined();
    expect(outcomeOf({ state: "waiting", reason: "" })).toBeUndefined();
    expect(outcomeOf({ state: "reconnecting", attempt: 3, retryAt: 0, reason: "" })).toBeUndefined();
  });
});
