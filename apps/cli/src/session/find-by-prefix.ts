import { AppError } from "@sallyport/protocol";

/** Short ids of lists have at least this many characters. */
const SHORT_ID_CHARS = 8;

/**
 * The one entry whose id begins with what a person wrote.
 *
 * @throws AppError `NOT_FOUND`, or `INVALID_INPUT` when several do
 */
export function findByPrefix<Entry extends { id: string }>(
  entries: readonly Entry[],
  wanted: string,
  what: string,
): Entry {
  const prefix = wanted.toLowerCase();
  const found = prefix === "" ? [] : entries.filter(({ id }) => id.startsWith(prefix));
  const [first, second] = found;
  if (!first) throw new AppError("NOT_FOUND", { what: `${what} ${wanted}` });
  if (second && first.id !== prefix) {
    const ids = found.map(({ id }) => id).join(", ");
    throw new AppError("INVALID_INPUT", { reason: `${wanted} is the beginning of several ids: ${ids}` });
  }
  return first;
}

/** The shortest beginnings, of one length, that tell these ids apart. */
export function shortIds(ids: readonly string[]): string[] {
  const distinct = new Set(ids).size;
  let length = SHORT_ID_CHARS;
  while (new Set(ids.map((id) => id.slice(0, length))).size < distinct) length += 1;
  return ids.map((id) => id.slice(0, length));
}
