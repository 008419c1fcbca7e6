import { type CommandResult, isOver } from "./command-result.ts";

/** Machines on which a command did the same. */
export interface ResultGroup {
  key: string;
  /** Never empty; the first one stands for all. */
  results: readonly [CommandResult, ...CommandResult[]];
}

/** Results that ended alike and wrote the same, the most common first; those that go on are one group per state. */
export function groupResults(results: readonly CommandResult[]): ResultGroup[] {
  const groups = new Map<string, [CommandResult, ...CommandResult[]]>();
  for (const result of results) {
    const key = keyOf(result);
    const group = groups.get(key);
    if (group) group.push(result);
    else groups.set(key, [result]);
  }
  return [...groups]
    .map(([key, results]) => ({ key, results }))
    .toSorted((one, other) => other.results.length - one.results.length);
}

function keyOf(result: CommandResult): string {
  const { state, output } = result;
  return isOver(result) ? JSON.stringify([state, output?.stdout, output?.stderr]) : state.is;
}
