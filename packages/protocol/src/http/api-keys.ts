/** API keys: a person's rights in one organisation, or fewer, for scripts. Actions of `POST /api/key-management`. */
import { z } from "zod";
import { Role } from "../plans.ts";
import { action } from "./endpoint.ts";
import { AnyId, Instant, Name } from "./fields.ts";

export const API_KEY_PREFIX = "gk_";
/** Days until an API key expires. */
export const API_KEY_DAYS = { min: 1, max: 365, default: 90 } as const;

const ExpiresDays = z
  .number()
  .int()
  .min(API_KEY_DAYS.min)
  .max(API_KEY_DAYS.max)
  .meta({ refusal: `expires_days must be an integer between ${API_KEY_DAYS.min} and ${API_KEY_DAYS.max}` });

export const ApiKeyView = z.object({
  id: z.uuid(),
  name: z.string(),
  key_prefix: z.string(),
  /** The most that it is good for; its maker's own role counts where that is less. */
  role: Role,
  user_id: z.uuid(),
  user_email: z.string(),
  created_at: Instant,
  expires_at: Instant,
  revoked_at: Instant.nullable(),
  /** To the minute. */
  last_used_at: Instant.nullable(),
});
export type ApiKeyView = z.infer<typeof ApiKeyView>;

export const apiKeyActions = {
  create_api_key: action({
    summary: "Make an API key; its text is in this answer and nowhere else",
    guard: { right: "member" },
    input: z.object({
      org_id: AnyId,
      name: Name,
      /** Not more than the caller's own, which it is when it is not given. */
      role: Role.optional(),
      expires_days: ExpiresDays.default(API_KEY_DAYS.default),
    }),
    output: z.object({
      id: z.uuid(),
      key: z.string(),
      key_prefix: z.string(),
      name: z.string(),
      role: Role,
      expires_at: Instant,
    }),
    status: 201,
    errors: ["FORBIDDEN"],
  }),
  list_api_keys: action({
    summary: "List the caller's API keys; administrators see everybody's",
    guard: { right: "member" },
    input: z.object({ org_id: AnyId }),
    output: z.object({ keys: z.array(ApiKeyView) }),
    errors: [],
  }),
  revoke_api_key: action({
    summary: "Revoke an API key, one's own or as an administrator, and those that were made with it",
    guard: { right: "member" },
    input: z.object({ org_id: AnyId, key_id: AnyId }),
    output: z.object({ revoked: z.uuid(), keys_revoked: z.number().int() }),
    errors: ["NOT_FOUND"],
  }),
};
