/** Which tags a machine gets: those of its key that it asks for, or all of them when it asks for none. Pure. */
export function decideTags(
  allowed: readonly string[],
  wanted: readonly string[] | undefined,
): { tags: string[] } | { forbidden: string } {
  const tags = [...new Set(wanted ?? allowed)].sort();
  const forbidden = tags.find((tag) => !allowed.includes(tag));
  return forbidden === undefined ? { tags } : { forbidden };
}
