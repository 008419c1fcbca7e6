import { AppError } from "@sallyport/protocol";
import type { Queryable } from "../../platform/db/database.ts";
import { type OrgScope, vouchForOrg } from "../access/index.ts";
import { findFirstOrgId, findOrgIds } from "../organisations/index.ts";

/**
 * The operator of this machine in an organisation, by id or name; the first one if none is named. He owns the database:
 * nobody needs to admit him.
 *
 * @throws AppError `NOT_FOUND`, or `INVALID_INPUT` for a name that several have
 */
export async function asOperator(
  db: Queryable,
  wanted: string | undefined,
): Promise<{ scope: OrgScope; actorId: null; ipAddress: null }> {
  const [orgId, ...others] = wanted === undefined ? [await findFirstOrgId(db)] : await findOrgIds(db, wanted);
  if (orgId === undefined) throw new AppError("NOT_FOUND", { what: "Organisation" });
  if (others.length > 0) {
    throw new AppError("INVALID_INPUT", { reason: `${others.length + 1} organisations have this name; give the id` });
  }
  return { scope: vouchForOrg(orgId), actorId: null, ipAddress: null };
}
