import { t } from "../../lib/texts.ts";

/** How long a command may be given, as choices. */
export const TIMEOUTS: readonly { value: string; words: string }[] = [
  { value: "10", words: t("10 seconds") },
  { value: "60", words: t("1 minute") },
  { value: "300", words: t("5 minutes") },
  { value: "900", words: t("15 minutes") },
  { value: "3600", words: t("1 hour") },
  { value: "86400", words: t("1 day") },
  { value: "none", words: t("No limit") },
];

export const timeoutValue = (seconds: number | null): string => (seconds === null ? "none" : String(seconds));
export const timeoutFrom = (value: string): number | null => (value === "none" ? null : Number(value));

/** In the middle of a sentence: `1 minute`, or undefined for no limit. */
export const timeoutWords = (seconds: number | null): string | undefined =>
  seconds === null
    ? undefined
    : (TIMEOUTS.find(({ value }) => value === String(seconds))?.words ?? t("{{seconds}} seconds", { seconds }));
