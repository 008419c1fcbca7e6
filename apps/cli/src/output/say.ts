import { plain } from "./plain.ts";

/**
 * A sentence for a person, on standard error: dim on a terminal, so that it is not taken for a program's. What machines
 * said may be part of it.
 */
export function say(sentence: string): void {
  const text = plain(sentence);
  const isDim = process.stderr.isTTY === true && !process.env.NO_COLOR;
  process.stderr.write(isDim ? `\x1b[2m${text}\x1b[0m\n` : `${text}\n`);
}
