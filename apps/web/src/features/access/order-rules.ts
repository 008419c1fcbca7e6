/**
 * Moving a rule to another place among those that count by priority, and of the same priority by age. Pure.
 *
 * The priorities are changed one by one, and each change counts at once. So no step may let two rules pass each other
 * that do not in the end: that would allow for a moment what is never allowed.
 */
import type { AclRule } from "./acl-rule.ts";

export const PRIORITY = { min: 0, max: 1_000_000 } as const;
/** Between a new rule and the one before it, so that others find room. */
const STEP = 10;

type Ordered = Pick<AclRule, "id" | "priority" | "created_at">;

export interface PriorityChange {
  id: string;
  priority: number;
}

/** Whether the first of two rules surely counts first when both have one priority. */
function isOlder(one: Ordered, other: Ordered): boolean {
  // Of the same millisecond: only the database knows more.
  return Date.parse(one.created_at) < Date.parse(other.created_at);
}

/** The lowest priority with which `rule` counts after `before`. */
const least = (rule: Ordered, before: Ordered | undefined): number =>
  before === undefined ? PRIORITY.min : before.priority + (isOlder(before, rule) ? 0 : 1);

/** The highest priority with which `rule` counts before `after`. */
const most = (rule: Ordered, after: Ordered | undefined): number =>
  after === undefined ? PRIORITY.max : after.priority - (isOlder(rule, after) ? 0 : 1);

/** Room for a new rule after all the others. */
export const lastPriority = (rules: readonly Ordered[]): number =>
  Math.min(PRIORITY.max, (rules.at(-1)?.priority ?? 0) + STEP);

/**
 * The changes, in their order, that bring a rule to a place of the list without it.
 *
 * @param rules in the order in which they count
 * @returns undefined when there is no priority left for it
 */
export function moveRule(rules: readonly Ordered[], id: string, to: number): PriorityChange[] | undefined {
  const rule = rules.find((each) => each.id === id);
  if (!rule) return undefined;
  const others = rules.filter((each) => each.id !== id);
  const before = others[to - 1];
  const after = others[to];
  const [low, high] = [least(rule, before), most(rule, after)];
  if (low <= high) return [{ id, priority: between(low, high, { before, after }) }];
  return pushDown(rule, others.slice(to), low) ?? pushUp(rule, others.slice(0, to), high);
}

function between(
  low: number,
  high: number,
  { before, after }: { before?: Ordered | undefined; after?: Ordered | undefined },
): number {
  if (before === undefined) return Math.max(low, high - STEP);
  return after === undefined ? Math.min(high, low + STEP) : Math.floor((low + high) / 2);
}

/** Makes room by giving those after it, as far as they are in the way, higher numbers: the last of them first. */
function pushDown(rule: Ordered, after: readonly Ordered[], priority: number): PriorityChange[] | undefined {
  const changes: PriorityChange[] = [{ id: rule.id, priority }];
  let before: Ordered = { ...rule, priority };
  for (const each of after) {
    const needed = least(each, before);
    if (each.priority >= needed) break;
    before = { ...each, priority: needed };
    changes.unshift({ id: each.id, priority: needed });
  }
  return changes.every(({ priority: each }) => each <= PRIORITY.max) ? changes : undefined;
}

/** The same towards lower numbers: the first of them first. */
function pushUp(rule: Ordered, before: readonly Ordered[], priority: number): PriorityChange[] | undefined {
  const changes: PriorityChange[] = [{ id: rule.id, priority }];
  let after: Ordered = { ...rule, priority };
  for (const each of before.toReversed()) {
    const needed = most(each, after);
    if (each.priority <= needed) break;
    after = { ...each, priority: needed };
    changes.unshift({ id: each.id, priority: needed });
  }
  return changes.every(({ priority: each }) => each >= PRIORITY.min) ? changes : undefined;
}
