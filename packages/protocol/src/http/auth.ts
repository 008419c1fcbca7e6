import { z } from "zod";
import { PASSWORD_BYTES } from "../limits.ts";
import { Plan, Role } from "../plans.ts";
import { endpoint } from "./endpoint.ts";
import { Email } from "./fields.ts";

export const Membership = z.object({ id: z.uuid(), name: z.string(), role: Role, plan: Plan });
export type Membership = z.infer<typeof Membership>;

export const SignedInUser = z.object({ id: z.uuid(), email: z.string() });

/** Tokens of one sign-in. `expires_in` is the access token's life in seconds. */
export const Tokens = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.number().int(),
});

export const SignIn = Tokens.extend({ user: SignedInUser, orgs: z.array(Membership) });
export type SignIn = z.infer<typeof SignIn>;

/** No minimum here: what is refused at sign-in is a wrong password, not a short one. */
const AnyPassword = z.string().min(1).max(PASSWORD_BYTES.max);

export const authApi = {
  login: endpoint({
    method: "POST",
    path: "/api/auth/login",
    summary: "Sign in with e-mail address and password",
    credential: "none",
    body: z.object({ email: Email, password: AnyPassword }),
    output: SignIn,
    errors: ["MISSING_FIELDS", "INVALID_INPUT", "INVALID_CREDENTIALS", "RATE_LIMITED"],
  }),
  refresh: endpoint({
    method: "POST",
    path: "/api/auth/refresh",
    summary: "Exchange a refresh token for new tokens; using one twice ends the whole sign-in",
    credential: "none",
    body: z.object({ refresh_token: z.string().min(1).max(512) }),
    output: SignIn,
    errors: ["MISSING_FIELDS", "INVALID_INPUT", "INVALID_TOKEN", "RATE_LIMITED"],
  }),
  logout: endpoint({
    method: "POST",
    path: "/api/auth/logout",
    summary: "End this sign-in: its access and refresh tokens stop working at once",
    credential: "person",
    output: z.object({ logged_out: z.literal(true) }),
    errors: ["UNAUTHORIZED", "FORBIDDEN"],
  }),
  me: endpoint({
    method: "GET",
    path: "/api/auth/me",
    summary: "Who is asking, and in which organisations; of an API key, its own and the role it has there",
    credential: "user",
    output: z.object({ user: SignedInUser, orgs: z.array(Membership) }),
    errors: ["UNAUTHORIZED"],
  }),
};
