/** Texts from elsewhere, made fit for a terminal and for a log: one line, no control characters, not long. */

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

export function oneLine(text: string, maxChars = 200): string {
  const line = text.replace(UNPRINTABLE, " ").trim();
  return line.length <= maxChars ? line : `${line.slice(0, maxChars - 1)}…`;
}

/** What went wrong, in one line; the system's own code where the message is empty. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return oneLine(String(error));
  if (error.message) return oneLine(error.message);
  return "code" in error ? oneLine(String(error.code)) : error.name;
}
