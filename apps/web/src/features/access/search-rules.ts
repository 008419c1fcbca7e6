import { plural, t } from "../../lib/texts.ts";
import type { AclRule } from "./acl-rule.ts";
import { describeRule } from "./describe-rule.ts";

/** Those whose name, selectors or words have every word of the search. */
export function searchRules(rules: readonly AclRule[], search: string): readonly AclRule[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rules;
  return rules.filter((rule) => {
    const text = [rule.name, rule.source, rule.destination, rule.description, rule.action, describeRule(rule)]
      .join("\n")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** How many there are and how many of them count. */
export function countRules(rules: readonly AclRule[]): string {
  if (rules.length === 0) return t("No rules");
  const off = rules.filter(({ enabled }) => !enabled).length;
  const all = plural(rules.length, { one: "{{count, number}} rule", other: "{{count, number}} rules" });
  return off > 0 ? t("{{all}}, {{off}} not enabled", { all, off }) : all;
}
