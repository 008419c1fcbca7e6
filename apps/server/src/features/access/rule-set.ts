/**
 * An organisation's access rules, ready to decide. Pure.
 *
 * The first rule that matches decides, the lowest priority number first (RD-066); when none matches, access is allowed
 * (RD-015). Selectors are read once, rules are found by the machine they are about and viewers by the rule that names
 * them, so that of 10,000 rules and machines only those that can matter are looked at.
 */
import { type Party, PartyIndex } from "./party-index.ts";
import { parseSelector, type Selector } from "./rule-selector.ts";
import { SelectorIndex } from "./selector-index.ts";

export interface Rule {
  id: string;
  name: string | null;
  action: "allow" | "deny";
  source: string;
  destination: string;
  priority: number;
}

export interface RuleVerdict {
  isAllowed: boolean;
  /** The rule that decided; null when none matched. */
  rule: Rule | null;
  /** The viewer's machine that the rule was about. */
  viewer: Party | null;
}

export class RuleSet {
  readonly #rules: readonly Rule[];
  readonly #sources: readonly (Selector | undefined)[];
  /** Places in `#rules`, by whom those are about. */
  readonly #destinations = new SelectorIndex<number>();

  /** @param rules in the order in which they count. One with a selector that cannot be read matches nothing. */
  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
    this.#sources = rules.map(({ source }) => parseSelector(source));
    for (const [at, { destination }] of rules.entries()) {
      const selector = parseSelector(destination);
      if (selector) this.#destinations.add(selector, at);
    }
  }

  /**
   * Whether all of these machines may reach the target: a denial of any of them counts, so that naming another
   * machine, or none, evades no rule.
   */
  decide(viewers: readonly Party[], target: Party): RuleVerdict {
    const machines = new PartyIndex(viewers);
    const decided = new Set<Party>();
    let allowed: { rule: Rule; viewer: Party } | undefined;
    for (const at of this.#destinations.matching(target).sort((one, other) => one - other)) {
      const rule = this.#rules[at];
      const source = this.#sources[at];
      if (!rule || !source) continue;
      for (const viewer of machines.matching(source)) {
        if (decided.has(viewer)) continue;
        decided.add(viewer);
        if (rule.action === "deny") return { isAllowed: false, rule, viewer };
        allowed ??= { rule, viewer };
      }
      if (decided.size === viewers.length) break;
    }
    return { isAllowed: true, rule: allowed?.rule ?? null, viewer: allowed?.viewer ?? null };
  }
}
