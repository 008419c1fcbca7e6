/** Signing a command line in with the browser (RFC 8628): it shows a short code, a person who is signed in confirms it. */
import { z } from "zod";
import { SignIn } from "./auth.ts";
import { endpoint } from "./endpoint.ts";
import { Instant, Name } from "./fields.ts";

/** Letters that cannot be mistaken for another, and make no words (RFC 8628, 6.1). */
export const USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ";
export const USER_CODE_CHARS = 8;

/** As a person types it: any case, with or without the dash. */
export const UserCode = z
  .string()
  .max(64)
  .transform((text) => text.toUpperCase().replace(/[\s-]/g, ""))
  .pipe(
    z.string().regex(new RegExp(`^[${USER_CODE_LETTERS}]{${USER_CODE_CHARS}}$`), "must be a code such as WDJB-MJHT"),
  );

/** As people read it: `WDJB-MJHT`. */
export const spellUserCode = (code: string): string =>
  `${code.slice(0, USER_CODE_CHARS / 2)}-${code.slice(USER_CODE_CHARS / 2)}`;

/** Where a person confirms, in the dashboard. */
export const DEVICE_PAGE_PATH = "/device";

export const PendingDevice = z.object({
  user_code: z.string(),
  /** What the program says of itself; nobody has checked it. */
  client_name: z.string().nullable(),
  ip_address: z.string(),
  created_at: Instant,
  expires_at: Instant,
});
export type PendingDevice = z.infer<typeof PendingDevice>;

export const deviceApi = {
  start: endpoint({
    method: "POST",
    path: "/api/auth/device",
    summary: "Begin to sign a program in: a code for it, and a short one for a person to confirm",
    credential: "none",
    body: z.object({ client_name: Name.optional() }),
    output: z.object({
      device_code: z.string(),
      user_code: z.string(),
      verification_url: z.url(),
      verification_url_complete: z.url(),
      /** Seconds. */
      expires_in: z.number().int(),
      /** Seconds between two questions for the token. */
      interval: z.number().int(),
    }),
    status: 201,
    errors: ["INVALID_INPUT", "RATE_LIMITED"],
  }),
  token: endpoint({
    method: "POST",
    path: "/api/auth/device/token",
    summary: "Ask whether a person has confirmed; the sign-in is given once",
    credential: "none",
    body: z.object({ device_code: z.string().min(1).max(512) }),
    output: SignIn,
    errors: [
      "MISSING_FIELDS",
      "INVALID_INPUT",
      "SIGN_IN_PENDING",
      "SIGN_IN_REFUSED",
      "SIGN_IN_EXPIRED",
      "RATE_LIMITED",
    ],
  }),
  pending: endpoint({
    method: "POST",
    path: "/api/auth/device/pending",
    summary: "What asks with this code, and from where",
    credential: "person",
    body: z.object({ user_code: UserCode }),
    output: PendingDevice,
    errors: ["UNAUTHORIZED", "FORBIDDEN", "MISSING_FIELDS", "INVALID_INPUT", "NOT_FOUND", "RATE_LIMITED"],
  }),
  decide: endpoint({
    method: "POST",
    path: "/api/auth/device/decide",
    summary: "Confirm or refuse it, once; a program that was confirmed is signed in as the caller",
    credential: "person",
    body: z.object({ user_code: UserCode, approve: z.boolean() }),
    output: z.object({ approved: z.boolean() }),
    errors: ["UNAUTHORIZED", "FORBIDDEN", "MISSING_FIELDS", "INVALID_INPUT", "NOT_FOUND", "RATE_LIMITED"],
  }),
};
