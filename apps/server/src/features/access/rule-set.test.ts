import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isWithin, parseAddress } from "../../platform/subnet.ts";
import type { Party } from "./party-index.ts";
import { parseSelector } from "./rule-selector.ts";
import { type Rule, RuleSet } from "./rule-set.ts";

const party = (name: string, address: string | null = null, tags: string[] = []): Party => ({
  id: name,
  name,
  address,
  tags,
});
const rules = (...list: [Rule["action"], string, string][]): Rule[] =>
  list.map(([action, source, destination], at) => ({
    id: String(at),
    name: null,
    action,
    source,
    destination,
    priority: at,
  }));

const target = party("db", "100.64.0.9", ["prod"]);

describe("the first rule that matches decides", () => {
  test.each<[string, Rule[], Party[], boolean]>([
    ["RD-015 none matches", rules(["deny", "x", "db"]), [party("laptop")], true],
    ["RD-014 a denial", rules(["deny", "laptop", "db"]), [party("laptop")], false],
    ["RD-067 an allowance before a denial", rules(["allow", "*", "*"], ["deny", "*", "*"]), [party("laptop")], true],
    ["RD-067 a denial before an allowance", rules(["deny", "*", "*"], ["allow", "*", "*"]), [party("laptop")], false],
    ["X-18 a denial of any machine of the viewer", rules(["deny", "b", "db"]), [party("a"), party("b")], false],
    [
      "X-18 an allowance of one machine says nothing of the other",
      rules(["allow", "a", "db"], ["deny", "*", "db"]),
      [party("a"), party("b")],
      false,
    ],
    ["X-18 a viewer without a machine", rules(["deny", "*", "*"]), [], true],
    ["by address", rules(["deny", "100.64.0.1", "100.64.0.9"]), [party("a", "100.64.0.1")], false],
    ["by subnet", rules(["deny", "100.64.0.0/29", "100.64.0.8/29"]), [party("a", "100.64.0.1")], false],
    ["outside of a subnet", rules(["deny", "100.64.1.0/24", "*"]), [party("a", "100.64.0.1")], true],
    ["a subnet of the other kind", rules(["deny", "::/0", "*"]), [party("a", "100.64.0.1")], true],
    ["by tag", rules(["deny", "tag:laptop", "tag:prod"]), [party("a", null, ["laptop"])], false],
    ["a machine that is called like a tag", rules(["deny", "tag:laptop", "*"]), [party("tag:laptop")], true],
    ["RD-159 without case", rules(["deny", "LAPTOP", "Db"]), [party("laptop")], false],
    ["a selector that cannot be read", rules(["deny", "tag:", "*"], ["deny", "*", "300.1.2.3"]), [party("a")], true],
  ])("%s", (_name, list, viewers, isAllowed) => {
    expect(new RuleSet(list).decide(viewers, target).isAllowed).toBe(isAllowed);
  });

  test("the verdict names rule and machine", () => {
    const verdict = new RuleSet(rules(["allow", "a", "*"], ["deny", "b", "db"])).decide(
      [party("a"), party("b")],
      target,
    );
    expect(verdict).toMatchObject({ isAllowed: false, rule: { id: "1" }, viewer: { id: "b" } });
  });
});

/** The rule as the source words it, machine by machine, without any index. */
function slowVerdict(list: readonly Rule[], viewers: readonly Party[], to: Party): boolean {
  const matches = (text: string, { name, address, tags }: Party): boolean => {
    const selector = parseSelector(text);
    if (selector?.kind === "any") return true;
    if (selector?.kind === "name") return selector.name === name.toLowerCase();
    if (selector?.kind === "tag") return tags.includes(selector.tag);
    return selector !== undefined && address !== null && isWithin(parseAddress(address) as never, selector.range);
  };
  return viewers.every((viewer) => {
    const first = list.find(({ source, destination }) => matches(source, viewer) && matches(destination, to));
    return first?.action !== "deny";
  });
}

const anyName = fc.constantFrom("a", "B", "c", "db");
const anyAddress = fc.option(fc.constantFrom("100.64.0.1", "100.64.0.9", "100.64.1.1", "fd7a::1"));
const anyTag = fc.constantFrom("prod", "laptop", "x");
const anyParty: fc.Arbitrary<Party> = fc.record({
  id: fc.uuid(),
  name: anyName,
  address: anyAddress,
  tags: fc.uniqueArray(anyTag),
});
const anySelector = fc.oneof(
  fc.constantFrom("*", "100.64.0.0/24", "100.64.0.9", "fd7a::/16", "0.0.0.0/0", "tag:", "1.2.3"),
  anyName,
  anyTag.map((tag) => `tag:${tag}`),
);
const anyRules = fc
  .array(
    fc.record({
      action: fc.constantFrom<Rule["action"]>("allow", "deny"),
      source: anySelector,
      destination: anySelector,
    }),
  )
  .map((list) => list.map((fields, at) => ({ id: String(at), name: null, priority: at, ...fields })));

test("the indexes decide as trying every rule with every machine does", () => {
  fc.assert(
    fc.property(anyRules, fc.array(anyParty, { maxLength: 5 }), anyParty, (list, viewers, to) => {
      expect(new RuleSet(list).decide(viewers, to).isAllowed).toBe(slowVerdict(list, viewers, to));
    }),
    { numRuns: 2_000 },
  );
});

test("X-18 more machines never give more access; a denial in front denies, whatever follows", () => {
  fc.assert(
    fc.property(anyRules, fc.array(anyParty, { maxLength: 4 }), anyParty, anyParty, (list, viewers, one, to) => {
      const set = new RuleSet(list);
      const withMore = set.decide([...viewers, one], to).isAllowed;
      if (withMore) expect(set.decide(viewers, to).isAllowed).toBe(true);
      const deny = { id: "first", name: null, action: "deny", source: "*", destination: "*", priority: -1 } as const;
      expect(new RuleSet([deny, ...list]).decide([one], to).isAllowed).toBe(false);
    }),
  );
});
