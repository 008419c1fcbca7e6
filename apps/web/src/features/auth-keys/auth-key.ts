/** What is known of an auth key, and what that means. Pure. */
import { KEY_WARNING_DAYS } from "@sallyport/protocol";
import { z } from "zod";
import { fullTime, timeAgo } from "../../lib/format-time.ts";
import { t } from "../../lib/texts.ts";
import { timeUntil } from "../../lib/time-until.ts";
import type { Tone } from "../../ui/index.tsx";

export const AuthKeyRow = z.object({
  id: z.uuid(),
  name: z.string(),
  key_prefix: z.string(),
  reusable: z.boolean(),
  ephemeral: z.boolean(),
  revoked: z.boolean(),
  used_count: z.number().int(),
  max_uses: z.number().int().nullable(),
  allowed_tags: z.array(z.string()),
  /** Null: from anywhere. */
  allowed_cidrs: z.array(z.string()).nullable(),
  /** Null: by the operator of the server's own machine. */
  created_by: z.uuid().nullable(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  revoked_at: z.iso.datetime().nullable(),
});
export type AuthKeyRow = z.infer<typeof AuthKeyRow>;

type KeyState = "active" | "used_up" | "expired" | "revoked";

const DAY_MS = 86_400_000;

/** How often it may be used in all; undefined for any number. */
const usesAllowed = ({ reusable, max_uses }: AuthKeyRow): number | undefined =>
  reusable ? (max_uses ?? undefined) : 1;

/** What it is good for now. The server revokes what has expired, which is not what a person means by revoked. */
export function stateOf(key: AuthKeyRow, nowMs: number): KeyState {
  const expiresMs = Date.parse(key.expires_at);
  const revokedMs = key.revoked_at === null ? undefined : Date.parse(key.revoked_at);
  if (key.revoked && (revokedMs === undefined || revokedMs < expiresMs)) return "revoked";
  if (key.revoked || expiresMs <= nowMs) return "expired";
  const allowed = usesAllowed(key);
  return allowed !== undefined && key.used_count >= allowed ? "used_up" : "active";
}

/** As the server warns: within its last days, once half its life is over. */
function isNearExpiry({ created_at, expires_at }: AuthKeyRow, nowMs: number): boolean {
  const [bornMs, endMs] = [Date.parse(created_at), Date.parse(expires_at)];
  return endMs - nowMs < KEY_WARNING_DAYS * DAY_MS && nowMs >= bornMs + (endMs - bornMs) / 2;
}

export interface KeyStateWords {
  tone: Tone;
  word: string;
  detail?: string;
  /** The instant behind the detail, in full. */
  at?: string;
}

/** Its state in a word, and since when or until when. */
export function describeAuthKey(key: AuthKeyRow, nowMs: number): KeyStateWords {
  const until = {
    detail: t("expires {{expires_at}}", { expires_at: timeUntil(key.expires_at, nowMs) }),
    at: fullTime(key.expires_at),
  };
  const state = stateOf(key, nowMs);
  switch (state) {
    case "active":
      return isNearExpiry(key, nowMs)
        ? { tone: "warn", word: t("Expires soon"), detail: timeUntil(key.expires_at, nowMs), at: until.at }
        : { tone: "ok", word: t("Active"), ...until };
    case "used_up":
      return { tone: "neutral", word: t("Used up"), ...until };
    case "expired":
      return { tone: "neutral", word: t("Expired"), detail: timeAgo(key.expires_at, nowMs), at: until.at };
    case "revoked":
      return {
        tone: "danger",
        word: t("Revoked"),
        ...(key.revoked_at && { detail: timeAgo(key.revoked_at, nowMs), at: fullTime(key.revoked_at) }),
      };
    default:
      return state satisfies never;
  }
}

/** `3 of 50`, or `3` of any number. */
export function usesWords(key: AuthKeyRow): string {
  const allowed = usesAllowed(key);
  return allowed === undefined
    ? key.used_count.toLocaleString("en")
    : t("{{used_count}} of {{allowed}}", { used_count: key.used_count, allowed });
}

/** What kind of key it is, in the words of its making. */
export const kindWords = ({ reusable, ephemeral }: AuthKeyRow): string[] => [
  reusable ? t("reusable") : t("single use"),
  ...(ephemeral ? [t("ephemeral")] : []),
];

/** Those that carry every word of the search in their name, prefix, tags or addresses. */
export function searchAuthKeys(keys: readonly AuthKeyRow[], search: string): readonly AuthKeyRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return keys;
  return keys.filter((key) => {
    const tags = key.allowed_tags.map((tag) => `tag:${tag}`);
    const parts = [key.name, key.key_prefix, ...tags, ...(key.allowed_cidrs ?? []), ...kindWords(key)];
    const text = parts.join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
