/** Rules and selectors in plain words. What a selector means is the server's to decide; see its `rule-selector.ts`. */
import type { MachineView, RuleAction } from "@sallyport/protocol";
import { plural, t } from "../../lib/texts.ts";

const TAG = /^tag:/i;
const ADDRESS = /^(\d+(\.\d+){3}|[\da-f]*:[\da-f:.]*)$/i;

type Named = Pick<MachineView, "name" | "tailnet_ip" | "tags">;

/** Whom a selector is about: `any machine`, `machines tagged web`. */
export function describeSelector(text: string): string {
  const selector = text.trim();
  if (selector === "*") return t("any machine");
  if (TAG.test(selector)) return t("machines tagged {{value}}", { value: selector.slice(4).toLowerCase() });
  if (ADDRESS.test(selector)) return t("the machine at {{selector}}", { selector });
  if (/^[\da-f.:]+\/\d+$/i.test(selector)) return t("machines in {{selector}}", { selector });
  return selector;
}

/** What a rule says, as a sentence without its full stop. */
export function describeRule({
  action,
  source,
  destination,
}: {
  action: RuleAction;
  source: string;
  destination: string;
}): string {
  const [who, what] = [describeSelector(source), describeSelector(destination)];
  const subject = who === source.trim() ? who : `${who[0]?.toUpperCase() ?? ""}${who.slice(1)}`;
  return action === "allow"
    ? t("{{subject}} may open peer desktops on {{what}}", { subject, what })
    : t("{{subject}} may not open peer desktops on {{what}}", { subject, what });
}

/** How many machines a selector is about now; undefined where only the server can tell, as of subnets. */
function countMatches(text: string, machines: readonly Named[]): number | undefined {
  const selector = text.trim().toLowerCase();
  if (selector === "*") return machines.length;
  if (TAG.test(selector)) return machines.filter(({ tags }) => tags.includes(selector.slice(4))).length;
  if (selector.includes("/") || selector.includes(":")) return undefined;
  if (ADDRESS.test(selector)) return machines.filter(({ tailnet_ip }) => tailnet_ip === selector).length;
  return machines.filter(({ name }) => name.toLowerCase() === selector).length;
}

interface SelectorNote {
  words: string;
  /** It is about nothing that is there: perhaps mistyped. */
  isNone: boolean;
}

/** What a person who writes a selector wants to know: whether it is about anything that is there. */
export function noteOnSelector(text: string, machines: readonly Named[]): SelectorNote | undefined {
  const count = text.trim() === "" ? undefined : countMatches(text, machines);
  if (count === undefined) return undefined;
  if (count === 0) return { words: t("No machine is like that now"), isNone: true };
  return { words: plural(count, { one: "One machine now", other: "{{count, number}} machines now" }), isNone: false };
}

/** Everything that a selector could name here: any machine, tags, names, addresses. */
export function suggestSelectors(machines: readonly Named[]): string[] {
  const tags = machines.flatMap((machine) => machine.tags.map((tag) => `tag:${tag}`));
  const names = machines.map(({ name }) => name);
  return ["*", ...new Set([...tags.toSorted(), ...names.toSorted()])];
}

/** The field that a refusal of the server is about: it begins with the field's name. */
export const fieldOfRefusal = (message: string): string | undefined => /^([a-z_]+)(?=:| required$)/.exec(message)?.[1];
