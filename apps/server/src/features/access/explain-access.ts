import { type AccessExplanation, type AccessVerb, AppError } from "@sallyport/protocol";
import type { Queryable } from "../../platform/db/database.ts";
import { findMachineIds, findMemberId } from "./access.store.ts";
import { askAccess, type TargetMachine } from "./ask-access.ts";
import type { AccessDecision } from "./decide-access.ts";
import type { OrgScope } from "./org-scope.ts";

export interface ExplainDeps {
  db: Queryable;
  /** Belongs to another feature: the composition says how a machine is found. */
  findTarget(scope: OrgScope, machineId: string): Promise<TargetMachine | undefined>;
}

/**
 * What would happen if this member asked now, and what decides it. People are named by id or e-mail address, machines
 * by id or name.
 *
 * @throws AppError `NOT_FOUND`, or `INVALID_INPUT` for a name that several machines have
 */
export async function explainAccess(
  { db, findTarget }: ExplainDeps,
  scope: OrgScope,
  input: { user_id: string; machine_id: string; verb: AccessVerb; viewer_machine_id?: string | undefined },
): Promise<AccessExplanation> {
  const userId = await findMemberId(db, scope, input.user_id);
  if (userId === undefined) throw new AppError("NOT_FOUND", { what: "Member" });
  const machine = await findTarget(scope, await requireMachineId(db, scope, input.machine_id, "Machine"));
  if (!machine) throw new AppError("NOT_FOUND", { what: "Machine" });
  const viewer = input.viewer_machine_id;
  const viewerMachineId = viewer === undefined ? null : await requireMachineId(db, scope, viewer, "Viewer machine");
  return explain(await askAccess(db, { scope, verb: input.verb, userId, limits: null, machine, viewerMachineId }));
}

async function requireMachineId(db: Queryable, scope: OrgScope, idOrName: string, what: string): Promise<string> {
  const [id, ...others] = await findMachineIds(db, scope, idOrName);
  if (id === undefined) throw new AppError("NOT_FOUND", { what });
  if (others.length > 0) {
    throw new AppError("INVALID_INPUT", { reason: `${others.length + 1} machines have this name; give the id` });
  }
  return id;
}

function explain(decision: AccessDecision): AccessExplanation {
  const { rule, viewer } = decision.rules ?? { rule: null, viewer: null };
  return {
    allowed: decision.allowed,
    code: decision.allowed ? null : decision.code,
    reason: decision.reason,
    rule: rule && {
      id: rule.id,
      name: rule.name,
      action: rule.action,
      source: rule.source,
      destination: rule.destination,
      priority: rule.priority,
    },
    viewer_machine_id: viewer?.id ?? null,
    consent_required: decision.allowed && decision.consentRequired,
  };
}
