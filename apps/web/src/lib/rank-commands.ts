/** Which commands somebody may mean by what was typed so far. Pure. */

export interface Command {
  id: string;
  /** As it is shown, and searched first. */
  words: string;
  /** What else it may be called. */
  also?: string;
  /** Only when something was typed: there may be thousands of them. */
  onlyFound?: boolean;
}

/** How well each word must fit, best first; the worst of a query's words counts. */
const EXACT = 4;
const STARTS = 3;
const STARTS_A_WORD = 2;
const INSIDE = 1;
const NOT_AT_ALL = 0;

function fit(word: string, text: string): number {
  const at = text.indexOf(word);
  if (at < 0) return NOT_AT_ALL;
  if (text === word) return EXACT;
  if (at === 0) return STARTS;
  return /[^\p{L}\p{N}]/u.test(text.charAt(at - 1)) ? STARTS_A_WORD : INSIDE;
}

function fitAll(words: readonly string[], { words: title, also = "" }: Command): number {
  const name = title.toLowerCase();
  const more = also.toLowerCase();
  // What a thing is called beside its name counts, and less than its name.
  return Math.min(...words.map((word) => Math.max(fit(word, name), fit(word, more) / 2)));
}

/** The commands in which every word of the query is found, those that fit best first, else in their own order. */
export function rankCommands<Each extends Command>(commands: readonly Each[], query: string, most: number): Each[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return commands.filter(({ onlyFound }) => !onlyFound).slice(0, most);
  return commands
    .map((command) => ({ command, score: fitAll(words, command) }))
    .filter(({ score }) => score > NOT_AT_ALL)
    .toSorted((one, other) => other.score - one.score)
    .slice(0, most)
    .map(({ command }) => command);
}
