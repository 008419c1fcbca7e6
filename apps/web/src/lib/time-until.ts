import { t } from "./texts.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long it is until an instant, in the words of a person: `in 5 min`, `in 3 h`, `in 12 days`; `now` when it is over. */
export function timeUntil(instant: string, nowMs: number): string {
  const leftMs = Date.parse(instant) - nowMs;
  if (Number.isNaN(leftMs)) return t("unknown");
  if (leftMs <= 0) return t("now");
  if (leftMs < HOUR_MS) return t("in {{value}} min", { value: Math.ceil(leftMs / MINUTE_MS) });
  if (leftMs < 2 * DAY_MS) return t("in {{value}} h", { value: Math.round(leftMs / HOUR_MS) });
  return t("in {{value}} days", { value: Math.round(leftMs / DAY_MS) });
}
