import { t } from "./texts.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago an instant was, in the words of a person: `just now`, `3 min ago`, `2 h ago`, `5 days ago`, then a date. */
export function timeAgo(instant: string, nowMs: number): string {
  const seconds = (nowMs - Date.parse(instant)) / 1000;
  if (Number.isNaN(seconds)) return t("unknown");
  // A clock that is a little ahead must not make the future.
  if (seconds < 45) return t("just now");
  if (seconds < HOUR) return t("{{value}} min ago", { value: Math.max(1, Math.floor(seconds / MINUTE)) });
  if (seconds < DAY) return t("{{value}} h ago", { value: Math.floor(seconds / HOUR) });
  const days = Math.floor(seconds / DAY);
  if (days === 1) return t("yesterday");
  if (days < 30) return t("{{days}} days ago", { days });
  return t("on {{value}}", {
    value: new Date(instant).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" }),
  });
}

/** The instant in full, in the reader's own time zone; for tooltips. */
export const fullTime = (instant: string): string =>
  new Date(instant).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });
