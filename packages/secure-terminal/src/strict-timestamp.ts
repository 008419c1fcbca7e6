/** The only accepted spelling, the one that `Date.prototype.toISOString` writes: UTC with milliseconds. */
const ISO_WITH_MILLISECONDS = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/**
 * Reads `2026-03-01T09:30:00.125Z` as milliseconds since the epoch, or returns undefined for everything else.
 *
 * Hazard H8: `Math.abs(now - new Date("garbage")) > limit` is false, so a lenient reader lets garbage through. Writing
 * the instant again and comparing refuses what `Date` would bend into shape, such as 30 February or 24:00.
 */
export function parseStrictTimestamp(text: unknown): number | undefined {
  if (typeof text !== "string" || !ISO_WITH_MILLISECONDS.test(text)) return undefined;
  const instant = new Date(text);
  const ms = instant.getTime();
  return Number.isFinite(ms) && instant.toISOString() === text ? ms : undefined;
}
