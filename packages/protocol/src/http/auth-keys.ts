import { z } from "zod";
import { KEY_CIDRS_MAX } from "../limits.ts";
import { apiKeyActions } from "./api-keys.ts";
import { action, actionEndpoint, endpoint } from "./endpoint.ts";
import { AnyId, Instant, Name, Tags } from "./fields.ts";

/** Days until a key expires: AK-014 and AK-015. */
export const KEY_EXPIRY_DAYS = { min: 1, max: 365, default: 90 } as const;
/** How often a key may be good for. */
const KEY_USES = { min: 1, max: 1_000_000 } as const;
export const AUTH_KEY_PREFIX = "tskey-auth-";

const ExpiryDays = z
  .number()
  .int()
  .min(KEY_EXPIRY_DAYS.min)
  .max(KEY_EXPIRY_DAYS.max)
  .meta({ refusal: `expiry_days must be an integer between ${KEY_EXPIRY_DAYS.min} and ${KEY_EXPIRY_DAYS.max}` });

const MaxUses = z
  .number()
  .int()
  .min(KEY_USES.min)
  .max(KEY_USES.max)
  .meta({ refusal: `max_uses must be a whole number between ${KEY_USES.min} and ${KEY_USES.max}` });

export const authKeyApi = actionEndpoint({
  path: "/api/key-management",
  summary: "Keys that let machines enrol, and API keys",
  guard: { right: "admin" },
  actions: {
    create_auth_key: action({
      summary: "Make an auth key; its text is in this answer and nowhere else",
      input: z.object({
        org_id: AnyId,
        name: Name,
        reusable: z.boolean().default(false),
        ephemeral: z.boolean().default(false),
        expiry_days: ExpiryDays.default(KEY_EXPIRY_DAYS.default),
        /** How often it may be used; a key that is not reusable is good for one, a reusable one for any number. */
        max_uses: MaxUses.optional(),
        /** Tags that its machines get, or may choose from. */
        allowed_tags: Tags.default([]),
        /** Subnets or addresses that machines may register from; none means any. */
        allowed_cidrs: z.array(z.string().min(1).max(64)).max(KEY_CIDRS_MAX).default([]),
      }),
      output: z.object({
        id: z.uuid(),
        key: z.string(),
        key_prefix: z.string(),
        name: z.string(),
        reusable: z.boolean(),
        ephemeral: z.boolean(),
        expiry_days: z.number().int(),
        expires_at: Instant,
        max_uses: z.number().int().nullable(),
        allowed_tags: z.array(z.string()),
        allowed_cidrs: z.array(z.string()),
      }),
      status: 201,
      errors: [],
    }),
    revoke_auth_key: action({
      summary: "Revoke a key and quarantine the machines that it enrolled",
      input: z.object({ org_id: AnyId, key_id: AnyId }),
      output: z.object({ revoked: z.uuid(), machines_quarantined: z.number().int() }),
      errors: ["NOT_FOUND"],
    }),
    ...apiKeyActions,
  },
});

/** `POST /api/enforce-key-expiry`: contract rows AK-008 to AK-013. */
export const keyExpiryApi = {
  enforce: endpoint({
    method: "POST",
    path: "/api/enforce-key-expiry",
    summary: "Revoke expired keys, mark silent machines offline, delete ephemeral ones that stayed away",
    credential: "schedule",
    output: z.object({
      /** Machines that were marked offline, not keys (AK-050). */
      expired_count: z.number().int(),
      ephemeral_cleaned: z.number().int(),
    }),
    errors: ["UNAUTHORIZED"],
  }),
};
