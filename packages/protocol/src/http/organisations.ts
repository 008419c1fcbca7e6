import { z } from "zod";
import { PASSWORD_BYTES } from "../limits.ts";
import { Feature, Plan, Role } from "../plans.ts";
import { action, actionEndpoint } from "./endpoint.ts";
import { AnyId, Email, Instant, Name } from "./fields.ts";

const Org = z.object({ id: z.uuid(), name: z.string(), plan: Plan });
const Settings = z.object({
  /** Whether the beginning of what commands write is kept, in the audit log and in the history (GK-070). */
  record_command_output: z.boolean(),
});
const Member = z.object({ user_id: z.uuid(), role: Role });

/** A member as lists show him. */
export const MemberView = Member.extend({
  email: z.string(),
  /** Whether he can sign in with a password: an account can be without one, and be switched off. Owners and admins see it. */
  sign_in: z.enum(["ready", "no_password", "disabled"]).nullable(),
  created_at: Instant,
});
export type MemberView = z.infer<typeof MemberView>;

export const organisationApi = actionEndpoint({
  path: "/api/org-management",
  summary: "Organisations, their members and their plan",
  guard: { right: "admin" },
  actions: {
    create_org: action({
      summary: "Make an organisation; the caller becomes its owner",
      guard: null,
      credential: "person",
      input: z.object({ name: Name, plan: Plan.optional() }),
      output: Org,
      errors: ["FORBIDDEN"],
    }),
    members: action({
      summary: "Who is in an organisation, as what",
      guard: { right: "member" },
      input: z.object({ org_id: AnyId }),
      output: z.object({ members: z.array(MemberView) }),
      errors: [],
    }),
    add_member: action({
      summary: "Add a person, making the account when the address is new",
      input: z.object({
        org_id: AnyId,
        email: Email,
        password: z.string().min(PASSWORD_BYTES.min).max(PASSWORD_BYTES.max).optional(),
        role: Role,
      }),
      output: Member,
      errors: ["ALREADY_EXISTS", "FORBIDDEN"],
    }),
    set_role: action({
      summary: "Change a member's role",
      input: z.object({ org_id: AnyId, user_id: AnyId, role: Role }),
      output: Member,
      errors: ["NOT_FOUND", "LAST_OWNER", "FORBIDDEN"],
    }),
    remove_member: action({
      summary: "Remove a member",
      input: z.object({ org_id: AnyId, user_id: AnyId }),
      output: z.object({ removed: z.uuid() }),
      errors: ["NOT_FOUND", "LAST_OWNER", "FORBIDDEN"],
    }),
    settings: action({
      summary: "What an organisation has chosen",
      guard: { right: "member" },
      input: z.object({ org_id: AnyId }),
      output: Settings,
      errors: [],
    }),
    set_settings: action({
      summary: "Choose; what is not given stays",
      input: Settings.partial().extend({ org_id: AnyId }),
      output: Settings,
      errors: [],
    }),
    plans: action({
      summary: "The organisation's plan, and what each plan includes on this control plane",
      guard: { right: "member" },
      input: z.object({ org_id: AnyId }),
      output: z.object({
        current: Plan,
        plans: z.array(z.object({ plan: Plan, features: z.array(Feature) })),
      }),
      errors: [],
    }),
    set_plan: action({
      summary: "Change the plan",
      guard: { right: "owner" },
      input: z.object({ org_id: AnyId, plan: Plan }),
      output: Org,
      errors: [],
    }),
  },
});
