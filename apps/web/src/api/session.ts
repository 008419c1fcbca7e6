/** The sign-in that this browser holds: its shape in Local Storage, and when it wants new tokens. */
import { Membership, SignedInUser, type SignIn } from "@sallyport/protocol";
import { z } from "zod";

/** Fixed by the documents (RS-028), which read `access_token` from here. */
export const SESSION_STORAGE_KEY = "quickztna_session";

export const Session = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  /** When the access token ends, by this browser's own clock. */
  expires_at: z.iso.datetime(),
  /** How long it lived when it was made, in seconds. */
  expires_in: z.number().positive(),
  user: SignedInUser,
  orgs: z.array(Membership),
});
export type Session = z.infer<typeof Session>;

export const sessionFrom = (signIn: SignIn, nowMs: number): Session => ({
  ...signIn,
  expires_at: new Date(nowMs + signIn.expires_in * 1000).toISOString(),
});

/** Reads what was stored, or undefined when it is not a session. */
export function parseSession(text: string | null): Session | undefined {
  if (text === null) return undefined;
  try {
    return Session.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const REFRESH_BEFORE_MS = 5 * 60_000;

/**
 * Milliseconds until the access token should be exchanged, 0 when it is time. Five minutes before its end;
 * a token that lives less than 25 minutes is exchanged when a fifth of its life is left.
 */
export function refreshInMs({ expires_at, expires_in }: Session, nowMs: number): number {
  const margin = Math.min(REFRESH_BEFORE_MS, expires_in * 200);
  return Math.max(0, Date.parse(expires_at) - margin - nowMs);
}

export const isExpired = ({ expires_at }: Session, nowMs: number): boolean => Date.parse(expires_at) <= nowMs;
