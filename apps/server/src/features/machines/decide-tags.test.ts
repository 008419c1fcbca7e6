import { expect, test } from "vitest";
import { decideTags } from "./decide-tags.ts";

test.each([
  ["all of the key's when it asks for none", ["web", "prod"], undefined, { tags: ["prod", "web"] }],
  ["those it asks for, each once", ["web", "prod"], ["web", "web"], { tags: ["web"] }],
  ["nothing when it asks for nothing", ["web"], [], { tags: [] }],
  ["a refusal for another", ["web"], ["web", "db"], { forbidden: "db" }],
  ["a refusal for any when the key has none", [], ["web"], { forbidden: "web" }],
  ["none of a key that has none", [], undefined, { tags: [] }],
])("a machine gets %s", (_, allowed, wanted, decision) => {
  expect(decideTags(allowed, wanted)).toEqual(decision);
});
