import { expect, test } from "vitest";
import type { AclRule } from "./acl-rule.ts";
import { countRules, searchRules } from "./search-rules.ts";

const rule = (given: Partial<AclRule>): AclRule => ({
  id: "00000000-0000-4000-8000-000000000001",
  name: null,
  action: "deny",
  source: "*",
  destination: "*",
  priority: 1,
  enabled: true,
  description: null,
  created_at: "2026-01-01T00:00:00.000Z",
  ...given,
});
const [lab, win] = [
  rule({ name: "Lab stays in", source: "tag:lab" }),
  rule({ action: "allow", source: "Win-A", destination: "Win-B", enabled: false, description: "for support" }),
];

test("every word is looked for, in names, selectors, descriptions and words", () => {
  expect(searchRules([lab, win], "")).toEqual([lab, win]);
  expect(searchRules([lab, win], "LAB tagged")).toEqual([lab]);
  expect(searchRules([lab, win], "win-b support")).toEqual([win]);
  expect(searchRules([lab, win], "lab win")).toEqual([]);
});

test("rules are counted, and those that do not count are told", () => {
  expect(countRules([])).toBe("No rules");
  expect(countRules([lab])).toBe("1 rule");
  expect(countRules([lab, win])).toBe("2 rules, 1 not enabled");
});
