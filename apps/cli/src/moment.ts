import { AppError } from "@sallyport/protocol";

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/**
 * A moment as people write it: how long ago (`90s`, `30m`, `2h`, `7d`, `1w`), a day (`2026-11-26`, its beginning in UTC),
 * or an instant of ISO 8601 (UTC unless it says otherwise). Returns RFC 3339.
 *
 * @throws AppError `INVALID_INPUT`
 */
export function parseMoment(text: string, now: number): string {
  const [, count, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (count && unit) return new Date(now - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]).toISOString();
  const isInstant = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(text);
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10));
  const date = isInstant
    ? new Date(text.length > 10 && !hasZone ? `${text.replace(" ", "T")}Z` : text.replace(" ", "T"))
    : undefined;
  if (date && !Number.isNaN(date.getTime())) return date.toISOString();
  const reason = `'${text}' is no moment; write 30m, 2h or 7d for so long ago, 2026-11-26, or 2026-11-26T10:30:00Z`;
  throw new AppError("INVALID_INPUT", { reason });
}
