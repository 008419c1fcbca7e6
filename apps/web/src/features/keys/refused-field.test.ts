import { RemoteError } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { refusalOf } from "./refused-field.ts";

const FIELDS = ["name", "expiry_days", "allowed_cidrs"] as const;
const refused = (code: string, message: string) => refusalOf(new RemoteError(400, { code, message }), FIELDS);

test.each([
  ["INVALID_INPUT", "expiry_days must be an integer between 1 and 365", "expiry_days"],
  ["INVALID_INPUT", 'allowed_cidrs: "x" is neither an address nor a subnet', "allowed_cidrs"],
  ["INVALID_INPUT", "allowed_cidrs.3: must be text", "allowed_cidrs"],
  ["MISSING_FIELDS", "name required", "name"],
  ["INVALID_INPUT", "names are not accepted", undefined],
  ["INVALID_INPUT", "max_uses must be a whole number", undefined],
  ["FORBIDDEN", "name your organisation's owner", undefined],
])("%s %j is about %s", (code, message, field) => expect(refused(code, message)).toEqual({ field, words: message }));

test("what is no refusal of the server is about the whole", () => {
  expect(refusalOf(new Error("name"), FIELDS)).toMatchObject({ field: undefined });
  expect(refusalOf(null, FIELDS)).toBeUndefined();
});
