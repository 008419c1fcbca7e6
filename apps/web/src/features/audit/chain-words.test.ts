import { expect, test } from "vitest";
import { describeChain } from "./chain-words.ts";

test("an intact chain says what was looked at", () => {
  expect(describeChain({ rows: 1, erased: 0, checkpoints: 1, fault: null })).toEqual({
    title: "The chain is intact",
    detail: "1 entry, none erased, 1 signed checkpoint. Nothing was changed, removed or put in.",
  });
  expect(describeChain({ rows: 1234, erased: 5, checkpoints: 2, fault: null }).detail).toContain(
    "1,234 entries, 5 entries erased by retention, 2 signed checkpoints",
  );
});

test.each([
  ["missing", /gone/],
  ["changed", /changed/],
  ["out_of_order", /cannot be/],
  ["erased_without_proof", /not by this server's retention/],
  ["not_as_signed", /another one/],
  ["badly_signed", /not made with this server's key/],
  ["something_new", /something new/],
])("a broken one says where, and what %s means", (problem, meaning) => {
  const { title, detail } = describeChain({ rows: 4, erased: 0, checkpoints: 0, fault: { seq: 5, problem } });
  expect(title).toBe("The chain is broken at entry 5");
  expect(detail).toMatch(meaning);
});
