import { expect, test } from "vitest";
import { readQuestion } from "./access-question.ts";

test("without a machine nothing is asked", () => {
  expect(readQuestion({})).toBeUndefined();
  expect(readQuestion({ person: "ada@example.com", machine: "" })).toBeUndefined();
});

test("peer desktops are asked for first, and only they ask where one sits", () => {
  expect(readQuestion({ machine: "db" })).toEqual({ person: "", machine: "db", verb: "desktop-peer" });
  const sitting = { person: "ada@example.com", machine: "db", from: "laptop" };
  expect(readQuestion(sitting)).toEqual({ ...sitting, verb: "desktop-peer" });
  expect(readQuestion({ ...sitting, verb: "shell" })).toEqual({
    person: "ada@example.com",
    machine: "db",
    verb: "shell",
  });
});
