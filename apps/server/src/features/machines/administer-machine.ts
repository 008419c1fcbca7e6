import { AppError } from "@sallyport/protocol";
import type { Database, Queryable } from "../../platform/db/database.ts";
import type { Actor, OrgScope } from "../access/index.ts";
import { type AuditAction, recordEvent } from "../audit/index.ts";
import type { Machine } from "./machines.store.ts";

/** Which administrator does something, in which organisation, from where. */
export interface By {
  actor: Actor;
  scope: OrgScope;
  ipAddress: string;
}

/**
 * Does one thing to one machine and records it in the same transaction.
 *
 * @throws AppError `NOT_FOUND` when the organisation has no such machine
 */
export function administerMachine(
  db: Database,
  { actor, scope, ipAddress }: By,
  action: AuditAction,
  metadata: Record<string, unknown>,
  act: (tx: Queryable) => Promise<Machine | undefined>,
): Promise<Machine> {
  return db.transaction(async (tx) => {
    const machine = await act(tx);
    if (!machine) throw new AppError("NOT_FOUND", { what: "Machine" });
    await recordEvent(tx, {
      action,
      orgId: scope.orgId,
      resourceType: "machine",
      resourceId: machine.id,
      actorId: actor.userId,
      metadata: { machine_name: machine.name, ...metadata },
      ipAddress,
    });
    return machine;
  });
}
