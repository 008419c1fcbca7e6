import { AppError, SHELL_PORT, SHELL_TOKEN_SECONDS } from "@sallyport/protocol";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { hashSecret } from "../../platform/secrets/token.ts";
import type { Actor, OrgScope } from "../access/index.ts";
import { recordEvent } from "../audit/index.ts";
import { decideSessionsOff, findMachine, findMachineNow, type Machine, type MachineNow } from "../machines/index.ts";
import { SHELL } from "./session-program.ts";
import { newShellToken } from "./shell-token.ts";
import { insertShellTokens, pruneShellTokens } from "./shell-tokens.store.ts";

/** A machine on which a shell may be opened now, with its address. */
export type ReachableMachine = Machine & { tailnetIp: string };

/**
 * The machine of a session that runs. It need not be online: the session waits for it.
 *
 * @throws AppError `NOT_FOUND` also for another organisation's machine
 * @throws AppError `MACHINE_DISABLED`, `FORBIDDEN` when an administrator barred it or switched sessions off on it
 */
export async function requireUsable(db: Queryable, scope: OrgScope, machineId: string): Promise<Machine> {
  const machine = await findMachine(db, scope, machineId);
  if (!machine) throw new AppError("NOT_FOUND", { what: "Machine" });
  if (machine.adminDisabled || machine.status === "quarantined") throw new AppError("MACHINE_DISABLED", {});
  const refusal = refusalOfSwitches(machine);
  if (refusal) throw refusal;
  return machine;
}

/** Why no session can be opened on a machine now; undefined when one can. */
export function decideReachable({ machine, isOnline }: MachineNow): AppError | undefined {
  return isOnline ? refusalOfSwitches(machine) : new AppError("MACHINE_OFFLINE", {});
}

/**
 * @throws AppError `NOT_FOUND` also for another organisation's machine
 * @throws AppError `MACHINE_OFFLINE` for any status but online, judged by the 90 s rule at this moment
 * @throws AppError `FORBIDDEN` when an administrator switched sessions off on it, or its own configuration does
 * @throws AppError `NO_TAILNET_IP`
 */
export async function requireReachable(
  db: Queryable,
  scope: OrgScope,
  machineId: string,
  heartbeatTimeoutSeconds: number,
): Promise<ReachableMachine> {
  const found = await findMachineNow(db, scope, machineId, heartbeatTimeoutSeconds);
  if (!found) throw new AppError("NOT_FOUND", { what: "Machine" });
  const { machine } = found;
  const refusal = decideReachable(found);
  if (refusal) throw refusal;
  const { tailnetIp } = machine;
  if (tailnetIp === null) throw new AppError("NO_TAILNET_IP", {});
  return { ...machine, tailnetIp };
}

const SESSIONS_OFF = {
  ours: "Sessions are switched off on this machine",
  "its own": "Sessions are switched off in this machine's own configuration: session_enabled must be true there",
};

function refusalOfSwitches(machine: Machine): AppError | undefined {
  const off = decideSessionsOff(machine);
  return off && new AppError("FORBIDDEN", { reason: SESSIONS_OFF[off] });
}

/**
 * Makes a one-time token for one shell of one person on one machine. Only its hash is kept, and it exists only if
 * its audit row does.
 */
export async function createSession(
  db: Database,
  {
    actor,
    scope,
    ipAddress,
    machineId,
    heartbeatTimeoutSeconds,
  }: {
    actor: Actor;
    scope: OrgScope;
    ipAddress: string;
    machineId: string;
    heartbeatTimeoutSeconds: number;
  },
) {
  return db.transaction(async (tx) => {
    const machine = await requireReachable(tx, scope, machineId, heartbeatTimeoutSeconds);
    const token = newShellToken();
    await insertShellTokens(tx, scope, [
      { tokenHash: hashSecret(token), userId: actor.userId, machineId: machine.id, ...SHELL },
    ]);
    await pruneShellTokens(tx, actor.userId);
    await recordEvent(tx, {
      action: "remote.session_created",
      orgId: scope.orgId,
      resourceType: "machine",
      resourceId: machine.id,
      actorId: actor.userId,
      metadata: { machine_name: machine.name, tailnet_ip: machine.tailnetIp },
      ipAddress,
    });
    return {
      token,
      tailnet_ip: machine.tailnetIp,
      port: SHELL_PORT,
      machine_name: machine.name,
      expires_in: SHELL_TOKEN_SECONDS,
    } as const;
  });
}
