import { AppError } from "@sallyport/protocol";
import type { Queryable } from "../../platform/db/database.ts";
import { hashSecret } from "../../platform/secrets/token.ts";
import type { NodeActor } from "../access/index.ts";
import { findByNodeKey } from "./machines.store.ts";

/**
 * Which machine a node key belongs to.
 *
 * @throws AppError `UNAUTHORIZED` without a key, `FORBIDDEN` for one that is no machine's
 * @throws AppError `MACHINE_DISABLED` for a machine that an administrator barred
 */
export async function authenticateNode(db: Queryable, nodeKey: string | undefined): Promise<NodeActor> {
  if (nodeKey === undefined) throw new AppError("UNAUTHORIZED", {});
  const known = await findByNodeKey(db, hashSecret(nodeKey));
  if (!known) throw new AppError("FORBIDDEN", { reason: "This is not the node key of the session's machine" });
  const { machine, scope } = known;
  if (machine.adminDisabled || machine.status === "quarantined") throw new AppError("MACHINE_DISABLED", {});
  return { machineId: machine.id, scope };
}
