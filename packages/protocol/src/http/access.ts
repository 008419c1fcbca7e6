import { z } from "zod";
import { action, actionEndpoint } from "./endpoint.ts";
import { AnyId } from "./fields.ts";

export const RULE_ACTIONS = ["allow", "deny"] as const;
export const RuleAction = z.enum(RULE_ACTIONS);
export type RuleAction = z.infer<typeof RuleAction>;

/** What a person may want to do on a machine. */
export const ACCESS_VERBS = ["shell", "desktop-admin", "desktop-peer"] as const;
export const AccessVerb = z.enum(ACCESS_VERBS);
export type AccessVerb = z.infer<typeof AccessVerb>;

/** The answer to "may this person do that, and why": what `sallyport access explain` prints. */
export const AccessExplanation = z.object({
  allowed: z.boolean(),
  /** Code of the refusal, as the call itself would give it; null when it is allowed. */
  code: z.string().nullable(),
  /** What decided, in words. */
  reason: z.string(),
  /** The rule that decided, when one did. */
  rule: z
    .object({
      id: z.uuid(),
      name: z.string().nullable(),
      action: RuleAction,
      source: z.string(),
      destination: z.string(),
      priority: z.number().int(),
    })
    .nullable(),
  /** The machine of the viewer that the rule was about. */
  viewer_machine_id: z.uuid().nullable(),
  /** Whether somebody at the machine, its owner or an administrator has to consent first. */
  consent_required: z.boolean(),
});
export type AccessExplanation = z.infer<typeof AccessExplanation>;

export const accessApi = actionEndpoint({
  path: "/api/access",
  summary: "Who may reach what, and why",
  guard: { right: "auditor" },
  actions: {
    explain: action({
      summary: "Decide as if this person asked now, and say what decided; nothing is opened",
      input: z.object({
        org_id: AnyId,
        user_id: AnyId,
        machine_id: AnyId,
        verb: AccessVerb,
        viewer_machine_id: AnyId.optional(),
      }),
      output: AccessExplanation,
      errors: ["NOT_FOUND"],
    }),
  },
});
