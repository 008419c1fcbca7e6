import { AppError } from "@sallyport/protocol";
import type { Queryable } from "../../platform/db/database.ts";
import { type OrgScope, vouchForOrg } from "../access/index.ts";
import { findFirstOrgId } from "../organisations/index.ts";

/**
 * The operator of this machine in an organisation, the first one if none is named. He owns the database: nobody needs to
 * admit him.
 *
 * @throws AppError `NOT_FOUND` when there is no organisation at all
 */
export async function asOperator(
  db: Queryable,
  wantedOrgId: string | undefined,
): Promise<{ scope: OrgScope; actorId: null; ipAddress: null }> {
  const orgId = wantedOrgId ?? (await findFirstOrgId(db));
  if (orgId === undefined) throw new AppError("NOT_FOUND", { what: "Organisation" });
  return { scope: vouchForOrg(orgId), actorId: null, ipAddress: null };
}
