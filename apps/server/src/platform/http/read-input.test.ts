import { authKeyApi, machineApi } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { readInput, requireObject, requireText } from "./read-input.ts";

test.each([undefined, null, [], "text", 5])("a body of %j is INVALID_JSON", (body) => {
  expect(() => requireObject(body)).toThrow(expect.objectContaining({ code: "INVALID_JSON" }));
});

test("R-07 types are strict", () => {
  expect(() => requireText({ action: ["create_session"] }, "action")).toThrow("action must be a string");
  expect(() => requireText({ action: "" }, "action")).toThrow("action required");
  expect(() => requireText(Object.create({ action: "inherited" }), "action")).toThrow("action required");
});

test("the first missing field, in the contract's order, is the one that is named", () => {
  expect(() => readInput(machineApi.register.body, {})).toThrow("auth_key required");
  expect(() => readInput(machineApi.register.body, { auth_key: "k" })).toThrow("name required");
  expect(() => readInput(machineApi.register.body, { auth_key: "k", name: null })).toThrow("name required");
});

const create = authKeyApi.actions.create_auth_key.input;
const WORDS = "expiry_days must be an integer between 1 and 365";

test.each([0, 366, 1.5, "7", true, Number.NaN])(
  "AK-014 AK-085 expiry_days %j is refused in the contract's words",
  (days) => {
    expect(() => readInput(create, { org_id: "o", name: "n", expiry_days: days })).toThrow(WORDS);
  },
);

test.each([1, 365])("AK-085 expiry_days %i is accepted", (days) => {
  expect(readInput(create, { org_id: "o", name: "n", expiry_days: days }).expiry_days).toBe(days);
});

test("AK-015 AK-028 everything but org_id and name has a default", () => {
  expect(readInput(create, { org_id: "o", name: "n" })).toEqual({
    org_id: "o",
    name: "n",
    reusable: false,
    ephemeral: false,
    expiry_days: 90,
    allowed_tags: [],
    allowed_cidrs: [],
  });
});

test("names with control characters, which would reach terminals and logs, are refused", () => {
  for (const name of ["a\nb", "a\u001b[2Jb", "a\u0000", "a\u202eb"]) {
    expect(() => readInput(create, { org_id: "o", name })).toThrow("control characters");
  }
});
