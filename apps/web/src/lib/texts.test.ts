import { expect, test } from "vitest";
import { plural, t } from "./texts.ts";

test("a text is itself, with its values as they are", () => {
  expect(t("Revoke {{name}}: yes. Really?", { name: "<b>{{count}}</b>" })).toBe(
    "Revoke <b>{{count}}</b>: yes. Really?",
  );
  expect(t("Machine {{name}}", { name: "$t(Revoke) {{name}}" })).toBe("Machine $t(Revoke) {{name}}");
  expect(t("")).toBe("");
  expect(t("toString")).toBe("toString");
});

test.each([
  [0, "0 keys of web"],
  [1, "One key of web"],
  [2, "2 keys of web"],
])("a number of things, %i, has the form of its number", (count, text) => {
  expect(plural(count, { one: "One key of {{of}}", other: "{{count}} keys of {{of}}" }, { of: "web" })).toBe(text);
});
