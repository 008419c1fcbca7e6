import type { Queryable } from "../../platform/db/database.ts";
import type { ScheduleActor } from "../access/index.ts";
import { recordEvents } from "../audit/index.ts";
import type { Machine } from "../machines/index.ts";
import { eventOfKey, eventOfMachine } from "./expiry-events.ts";
import { deleteAbandoned, listOrgIds, lockAbandoned, markStaleOffline, revokeExpired } from "./key-expiry.store.ts";

/** Ends a machine's sessions in the transaction that deletes it; call what it returns after the commit. */
export type EndSessions = (tx: Queryable, machineId: string) => Promise<() => void>;

export interface Enforced {
  markedOffline: Machine[];
  deleted: Machine[];
  /** Tells those who were in sessions of the deleted ones; for after the commit. */
  tellSessions(): void;
}

/**
 * Revokes expired keys, marks silent machines offline, deletes ephemeral ones that stayed away: in this order (AK-012),
 * so that an ephemeral machine that fell silent long ago goes in one run (AK-081). `last_seen` is left alone.
 *
 * Rows first and the log last, as everywhere: two that take the same locks in another order give each other up.
 */
export async function enforceKeyExpiry(
  tx: Queryable,
  orgIds: ScheduleActor["orgIds"],
  endSessions: EndSessions,
): Promise<Enforced> {
  const expired = await revokeExpired(tx, orgIds);
  const markedOffline: Machine[] = [];
  for (const orgId of await listOrgIds(tx, orgIds)) markedOffline.push(...(await markStaleOffline(tx, orgId)));
  const abandoned = await lockAbandoned(tx, orgIds);
  const tells: (() => void)[] = [];
  for (const machineId of abandoned) tells.push(await endSessions(tx, machineId));
  const deleted = await deleteAbandoned(tx, abandoned);
  await recordEvents(tx, [
    ...expired.map((key) => eventOfKey("auth_key.expired", key)),
    ...markedOffline.map((machine) => eventOfMachine("machine.marked_offline", machine, "heartbeat_timeout")),
    ...deleted.map((machine) => eventOfMachine("machine.deleted", machine, "ephemeral_offline")),
  ]);
  return {
    markedOffline,
    deleted,
    tellSessions: () => {
      for (const tell of tells) tell();
    },
  };
}
