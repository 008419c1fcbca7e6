import { AppError } from "@sallyport/protocol";
import { describe, expect, test } from "vitest";
import { describeRule, describeSelector, fieldOfRefusal, noteOnSelector, suggestSelectors } from "./describe-rule.ts";

test.each([
  ["*", "any machine"],
  [" tag:Web ", "machines tagged web"],
  ["100.64.0.1", "the machine at 100.64.0.1"],
  ["fd00::1", "the machine at fd00::1"],
  ["100.64.0.0/24", "machines in 100.64.0.0/24"],
  ["fd00::/8", "machines in fd00::/8"],
  ["Win-A", "Win-A"],
  ["web/24", "web/24"],
  ["Ubuntu 22.04", "Ubuntu 22.04"],
])("the selector %s is %s", (text, words) => expect(describeSelector(text)).toBe(words));

test.each([
  [{ action: "deny", source: "Win-A", destination: "Win-B" }, "Win-A may not open peer desktops on Win-B"],
  [
    { action: "allow", source: "*", destination: "tag:lab" },
    "Any machine may open peer desktops on machines tagged lab",
  ],
  [{ action: "deny", source: "laptop", destination: "*" }, "laptop may not open peer desktops on any machine"],
] as const)("a rule reads as a sentence (%#)", (rule, words) => expect(describeRule(rule)).toBe(words));

describe("what a selector is about now", () => {
  const machines = [
    { name: "Web-1", tailnet_ip: "100.64.0.1", tags: ["web"] },
    { name: "web-1", tailnet_ip: "100.64.0.2", tags: ["web", "lab"] },
    { name: "db", tailnet_ip: null, tags: [] },
  ];
  test.each([
    ["*", "3 machines now"],
    ["WEB-1", "2 machines now"],
    ["TAG:Lab", "One machine now"],
    ["100.64.0.2", "One machine now"],
    ["web-2", "No machine is like that now"],
    ["tag:db", "No machine is like that now"],
    ["100.64.0.0/24", undefined],
    ["fd00::1", undefined],
    ["  ", undefined],
  ])("%s: %s", (text, words) => expect(noteOnSelector(text, machines)?.words).toBe(words));

  test("suggestions name everything once, tags before names", () => {
    expect(suggestSelectors([...machines, ...machines])).toEqual(["*", "tag:lab", "tag:web", "Web-1", "db", "web-1"]);
  });
});

test("a refusal is shown at the field that it names", () => {
  expect(fieldOfRefusal("source: must be *, a machine's name, an address, a subnet or tag:NAME")).toBe("source");
  expect(fieldOfRefusal(new AppError("MISSING_FIELDS", { field: "destination" }).message)).toBe("destination");
  expect(fieldOfRefusal(new AppError("FORBIDDEN", { reason: "Admin access required" }).message)).toBeUndefined();
});
