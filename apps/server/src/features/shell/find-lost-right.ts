import type { Queryable } from "../../platform/db/database.ts";
import { decideAdmission, findStanding, vouchForOrg } from "../access/index.ts";
import { isSignInAlive } from "../auth/index.ts";
import { findMachine } from "../machines/index.ts";
import type { RelayedSession } from "./relay.ts";
import { SHELL_GUARD } from "./shell-guard.ts";

/** Why a running session may not go on, in words for its viewer; undefined when it may. The tables are read anew. */
export async function findLostRight(
  db: Queryable,
  { orgId, userId, machineId, signInId }: RelayedSession,
): Promise<string | undefined> {
  if (!(await isSignInAlive(db, signInId, userId))) return "the sign-in has ended";
  const admission = decideAdmission(await findStanding(db, orgId, userId), SHELL_GUARD);
  if (admission === "feature_missing") return "the organisation's plan no longer includes remote shells";
  if (admission === "right_missing") return "you are no longer an administrator of the organisation";
  const machine = await findMachine(db, vouchForOrg(orgId), machineId);
  if (!machine) return "the machine was deleted";
  if (machine.adminDisabled) return "the machine was disabled";
  if (machine.status === "quarantined") return "the machine is in quarantine";
  if (!machine.sessionEnabled) return "sessions were switched off on the machine";
  return undefined;
}
