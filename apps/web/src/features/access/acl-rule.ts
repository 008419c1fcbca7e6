import { RuleAction } from "@sallyport/protocol";
import { z } from "zod";

/** A row of `acl_rules`. */
export const AclRule = z.object({
  id: z.uuid(),
  name: z.string().nullable(),
  action: RuleAction,
  source: z.string(),
  destination: z.string(),
  priority: z.number().int(),
  enabled: z.boolean(),
  description: z.string().nullable(),
  created_at: z.string(),
});
export type AclRule = z.infer<typeof AclRule>;

/** What a person writes of a rule. */
export type RuleDraft = Pick<
  AclRule,
  "name" | "action" | "source" | "destination" | "priority" | "enabled" | "description"
>;
