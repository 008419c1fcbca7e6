import { authKeyApi } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { newTerms, wantedOf } from "./key-terms.ts";

const { input } = authKeyApi.actions.create_auth_key;
const ask = (terms: ReturnType<typeof newTerms>) => input.safeParse({ org_id: "o", name: "n", ...wantedOf(terms) });

test("what nobody has changed is what the server takes when nothing is said", () => {
  expect(ask(newTerms()).data).toEqual(input.parse({ org_id: "o", name: "n" }));
});

test("tags and addresses are lists, however they are written", () => {
  expect(wantedOf({ ...newTerms(), tags: "tag:web, prod", cidrs: "10.0.0.0/8 192.0.2.7" })).toMatchObject({
    allowed_tags: ["tag:web", "prod"],
    allowed_cidrs: ["10.0.0.0/8", "192.0.2.7"],
  });
});

test("a limit of uses counts for reusable keys only", () => {
  expect(wantedOf({ ...newTerms(), reusable: true, maxUses: "50" })).toMatchObject({ reusable: true, max_uses: 50 });
  expect(wantedOf({ ...newTerms(), maxUses: "50" })).not.toHaveProperty("max_uses");
});

test.each([
  ["no days", { expiryDays: "" }],
  ["days that are no number", { expiryDays: "seven" }],
  ["uses that are no number", { reusable: true, maxUses: "many" }],
])("%s are asked for, so that the server says what is wrong", (_, wrong) => {
  expect(ask({ ...newTerms(), ...wrong }).success).toBe(false);
});
