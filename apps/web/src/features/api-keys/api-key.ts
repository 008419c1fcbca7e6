/** What is shown of API keys, and in which words. Pure. */
import { API_KEY_DAYS, type ApiKeyView, ROLES_BY_RIGHTS, type Role } from "@sallyport/protocol";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { timeUntil } from "../../lib/time-until.ts";
import type { Tone } from "../../ui/index.tsx";

/** Which keys are shown; kept in the address. */
export interface ApiKeyFilter {
  /** Absent: those that are good now. */
  show?: "all";
  /** Absent: everybody's, for whom the server tells everybody's. */
  who?: "mine";
  q?: string;
}

const DAY_MS = 86_400_000;
const NEAR_DAYS = 7;

export const isActive = ({ revoked_at, expires_at }: ApiKeyView, nowMs: number): boolean =>
  revoked_at === null && Date.parse(expires_at) > nowMs;

export function chooseApiKeys(
  keys: readonly ApiKeyView[],
  { show, who, q = "" }: ApiKeyFilter,
  { userId, nowMs }: { userId: string; nowMs: number },
): ApiKeyView[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return keys.filter((key) => {
    if (show === undefined && !isActive(key, nowMs)) return false;
    if (who === "mine" && key.user_id !== userId) return false;
    const text = [key.name, key.key_prefix, key.role, key.user_email].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

interface ApiKeyWords {
  tone: Tone;
  word: string;
  detail: string;
  /** The instant behind the detail, in full. */
  at: string;
}

/** Its state in a word, and since when or until when. */
export function describeApiKey({ created_at, expires_at, revoked_at }: ApiKeyView, nowMs: number): ApiKeyWords {
  const [bornMs, endMs] = [Date.parse(created_at), Date.parse(expires_at)];
  if (revoked_at !== null && Date.parse(revoked_at) < endMs) {
    return { tone: "danger", word: t("Revoked"), detail: timeAgo(revoked_at, nowMs), at: fullTime(revoked_at) };
  }
  const at = fullTime(expires_at);
  if (endMs <= nowMs) return { tone: "neutral", word: t("Expired"), detail: timeAgo(expires_at, nowMs), at };
  // A key that lives a day is not warned of from its first minute.
  const isNear = endMs - nowMs < NEAR_DAYS * DAY_MS && nowMs >= bornMs + (endMs - bornMs) / 2;
  return isNear
    ? { tone: "warn", word: t("Expires soon"), detail: timeUntil(expires_at, nowMs), at }
    : {
        tone: "ok",
        word: t("Active"),
        detail: t("expires {{expires_at}}", { expires_at: timeUntil(expires_at, nowMs) }),
        at,
      };
}

/** The roles that somebody may give a key, his own first. */
export const rolesUpTo = (role: Role): Role[] =>
  ROLES_BY_RIGHTS.slice(0, ROLES_BY_RIGHTS.indexOf(role) + 1).toReversed();

export const DEFAULT_DAYS = String(API_KEY_DAYS.default);
