/** A sentence for a person, on standard error: dim on a terminal, so that it is not taken for a program's. */
export function say(text: string): void {
  const isDim = process.stderr.isTTY === true && !process.env.NO_COLOR;
  process.stderr.write(isDim ? `\x1b[2m${text}\x1b[0m\n` : `${text}\n`);
}
