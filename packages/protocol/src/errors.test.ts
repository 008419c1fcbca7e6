import { expect, test } from "vitest";
import { AppError, ERRORS, type ErrorCode, exitStatus } from "./errors.ts";
import { ACTION_ENDPOINTS, ENDPOINTS } from "./http/api.ts";
import {
  ACK_EVERY_BYTES,
  DEAD_AFTER_MS,
  INPUT_FRAME_BYTES,
  INPUT_PENDING_BYTES,
  INPUT_WINDOW_BYTES,
  OUTPUT_FRAME_BYTES,
  OUTPUT_RING_BYTES,
  OUTPUT_WINDOW_BYTES,
  PING_INTERVAL_MS,
  STREAM_MESSAGE_BYTES,
  VIEWER_MESSAGE_BYTES,
} from "./limits.ts";
import { FRAME_HEADER_BYTES } from "./stream/frame.ts";

const entries = Object.entries(ERRORS) as [ErrorCode, (typeof ERRORS)[ErrorCode]][];

/** The contract's codes and statuses, section 7. */
const CONTRACT: [ErrorCode, number][] = [
  ["UNAUTHORIZED", 401],
  ["INVALID_KEY", 401],
  ["FORBIDDEN", 403],
  ["FEATURE_NOT_AVAILABLE", 403],
  ["FEATURE_NOT_ENABLED", 403],
  ["ACL_DENIED", 403],
  ["CONSENT_PENDING", 403],
  ["NO_CONSENT_NEEDED", 400],
  ["SESSION_EXISTS", 409],
  ["NOT_FOUND", 404],
  ["MACHINE_OFFLINE", 400],
  ["MISSING_FIELDS", 400],
  ["INVALID_JSON", 400],
  ["NO_TAILNET_IP", 400],
  ["RATE_LIMITED", 429],
];

test.each(CONTRACT)("%s answers with HTTP %i", (code, status) => {
  expect(ERRORS[code].http).toBe(status);
});

test("the contract's sentences are kept to the letter", () => {
  expect(new AppError("MACHINE_OFFLINE", {}).message).toBe("Machine must be online for remote shell");
  expect(new AppError("ACL_DENIED", {}).message).toBe("ACL rules deny access between these machines");
  expect(new AppError("INVALID_KEY", {}).message).toBe("Invalid or expired auth key");
  expect(new AppError("MISSING_FIELDS", { field: "org_id" }).message).toBe("org_id required");
});

test.each(entries)("%s is a whole entry", (code, { http, exit }) => {
  expect(code).toMatch(/^[A-Z][A-Z_]+$/);
  expect(http).toBeGreaterThanOrEqual(400);
  expect(exit).toBeGreaterThan(0);
});

test("close codes are ones an application may send", () => {
  for (const [, entry] of entries) {
    const close = "close" in entry ? (entry.close as number | undefined) : undefined;
    if (close !== undefined) expect(close >= 4000 || [1009, 1011, 1012, 1013].includes(close)).toBe(true);
  }
});

test("an unknown code of a newer server still gives an exit status", () => {
  expect(exitStatus("SOMETHING_NEW")).toBe(1);
  expect(exitStatus("toString")).toBe(1);
  expect(exitStatus("NOT_FOUND")).toBe(4);
});

test("every endpoint names its failures from the catalogue, and no two share an address", () => {
  const addresses = [
    ...ENDPOINTS.map(({ method, path }) => `${method} ${path}`),
    ...ACTION_ENDPOINTS.map(({ path }) => `POST ${path}`),
  ];
  expect(new Set(addresses).size).toBe(addresses.length);
  const codes = [
    ...ENDPOINTS.flatMap(({ errors }) => errors),
    ...ACTION_ENDPOINTS.flatMap(({ actions }) => Object.values(actions).flatMap(({ errors }) => errors)),
  ];
  for (const code of codes) expect(Object.hasOwn(ERRORS, code)).toBe(true);
});

test("limits that lean on each other do", () => {
  expect(INPUT_WINDOW_BYTES).toBeLessThanOrEqual(INPUT_PENDING_BYTES);
  expect(INPUT_FRAME_BYTES + FRAME_HEADER_BYTES).toBeLessThanOrEqual(VIEWER_MESSAGE_BYTES);
  expect(OUTPUT_FRAME_BYTES + FRAME_HEADER_BYTES).toBeLessThanOrEqual(STREAM_MESSAGE_BYTES);
  expect(OUTPUT_WINDOW_BYTES).toBeLessThanOrEqual(OUTPUT_RING_BYTES);
  expect(ACK_EVERY_BYTES * 2).toBeLessThanOrEqual(OUTPUT_WINDOW_BYTES);
  expect(PING_INTERVAL_MS * 2).toBeLessThan(DEAD_AFTER_MS);
});
