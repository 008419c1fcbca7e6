import { randomBytes } from "node:crypto";
import type { Plan } from "@sallyport/protocol";
import { sql } from "drizzle-orm";
import { ADVISORY_LOCKS } from "../../platform/db/advisory-locks.ts";
import type { Database } from "../../platform/db/database.ts";
import { orgs } from "../../platform/db/schema.ts";
import { hashPassword } from "../auth/index.ts";
import { createOrg, findAccountId, seedPlanFeatures, tryInsertAccount } from "../organisations/index.ts";

const PASSWORD_BYTES = 12;

export interface FirstOwner {
  email: string;
  /** Set only when it was generated: this is the one time it can be shown. */
  generatedPassword: string | undefined;
}

/** Makes the organisation `default` and its owner in an empty database; resolves to undefined in any other. */
export async function ensureFirstOwner(
  db: Database,
  { email, password, plan }: { email: string; password: string | undefined; plan: Plan },
): Promise<FirstOwner | undefined> {
  return db.transaction(async (tx) => {
    // Two nodes may start on an empty database at the same time; one of them makes the owner.
    await tx.execute(sql`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.bootstrap}::bigint)`);
    await seedPlanFeatures(tx);
    const existing = await tx.select({ id: orgs.id }).from(orgs).limit(1);
    if (existing.length > 0) return undefined;
    const generatedPassword = password === undefined ? randomBytes(PASSWORD_BYTES).toString("base64url") : undefined;
    const passwordHash = await hashPassword(password ?? generatedPassword ?? "");
    const ownerId = (await tryInsertAccount(tx, { email, passwordHash })) ?? (await findAccountId(tx, email));
    if (!ownerId) throw new Error("invariant: the first owner neither exists nor can be made");
    await createOrg(tx, { name: "default", plan, ownerId, ipAddress: null });
    return { email, generatedPassword };
  });
}
