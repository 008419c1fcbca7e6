import { SHELL_GUARD } from "@sallyport/protocol";
import { Batches } from "../../platform/batches.ts";
import type { Database } from "../../platform/db/database.ts";
import { SharedReads } from "../../platform/shared-reads.ts";
import { decideAdmission, findStanding, type Standing } from "../access/index.ts";
import { findOrgsOfMachines } from "./shell-tokens.store.ts";

/** The library asks again whether a session may be made: the same decision, by the same function. */
export function shellAccessCheck(db: Database): (userId: string, machineId: string) => Promise<boolean> {
  const orgs = new Batches(async (machineIds: readonly string[]) => {
    const found = await findOrgsOfMachines(db, machineIds);
    return machineIds.map((id) => found.get(id));
  });
  const standings = new SharedReads<Standing>();
  return async (userId, machineId) => {
    const orgId = await orgs.add(machineId);
    if (orgId === undefined) return false;
    const standing = await standings.read(`${orgId} ${userId}`, () =>
      findStanding(db, orgId, { userId, limits: null }),
    );
    return decideAdmission(standing, SHELL_GUARD) === "admitted";
  };
}
