import { AppError, type Role } from "@sallyport/protocol";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { type Actor, findStanding, type OrgScope } from "../access/index.ts";
import { type AuditAction, recordEvent } from "../audit/index.ts";
import { hashPassword } from "../auth/index.ts";
import {
  countOwners,
  deleteMember,
  findAccountId,
  findRole,
  lockMembers,
  tryInsertAccount,
  tryInsertMember,
  updateRole,
} from "./organisations.store.ts";

export interface By {
  actor: Actor;
  scope: OrgScope;
  ipAddress: string;
}

/**
 * Adds a person to the organisation, making an account when the address has none. An existing account keeps its
 * password: an admin of one organisation must not be able to take over somebody's account.
 *
 * @throws AppError `ALREADY_EXISTS` when the person is a member already
 */
export async function addMember(
  db: Database,
  by: By,
  { email, password, role }: { email: string; password?: string | undefined; role: Role },
): Promise<{ user_id: string; role: Role }> {
  const passwordHash = password === undefined ? null : await hashPassword(password);
  return db.transaction(async (tx) => {
    await requireOwnerFor(tx, by, [role]);
    const userId = (await tryInsertAccount(tx, { email, passwordHash })) ?? (await findAccountId(tx, email));
    if (!userId) throw new Error("invariant: an account neither exists nor can be made");
    if (!(await tryInsertMember(tx, by.scope, { userId, role })))
      throw new AppError("ALREADY_EXISTS", { what: "The member" });
    await record(tx, by, "member.added", userId, { email, role });
    return { user_id: userId, role };
  });
}

/** @throws AppError `NOT_FOUND`, `LAST_OWNER`, or `FORBIDDEN` when an admin touches an owner */
export async function setRole(
  db: Database,
  by: By,
  { userId, role }: { userId: string; role: Role },
): Promise<{ user_id: string; role: Role }> {
  return db.transaction(async (tx) => {
    const before = await requireMember(tx, by, userId);
    await requireOwnerFor(tx, by, [before, role]);
    if (before === "owner" && role !== "owner") await requireAnotherOwner(tx, by.scope);
    await updateRole(tx, by.scope, userId, role);
    await record(tx, by, "member.role_changed", userId, { from: before, to: role });
    return { user_id: userId, role };
  });
}

/** @throws AppError `NOT_FOUND`, `LAST_OWNER`, or `FORBIDDEN` when an admin touches an owner */
export async function removeMember(db: Database, by: By, userId: string): Promise<{ removed: string }> {
  return db.transaction(async (tx) => {
    const before = await requireMember(tx, by, userId);
    await requireOwnerFor(tx, by, [before]);
    if (before === "owner") await requireAnotherOwner(tx, by.scope);
    await deleteMember(tx, by.scope, userId);
    await record(tx, by, "member.removed", userId, { role: before });
    return { removed: userId };
  });
}

async function requireMember(tx: Queryable, { scope }: By, userId: string): Promise<Role> {
  await lockMembers(tx, scope);
  const role = await findRole(tx, scope, userId);
  if (!role) throw new AppError("NOT_FOUND", { what: "Member" });
  return role;
}

/** Only owners make, change or remove owners; otherwise an admin could promote himself. */
async function requireOwnerFor(tx: Queryable, { actor, scope }: By, roles: Role[]): Promise<void> {
  if (!roles.includes("owner")) return;
  const { role } = await findStanding(tx, scope.orgId, actor);
  if (role !== "owner") throw new AppError("FORBIDDEN", { reason: "Owner access required" });
}

async function requireAnotherOwner(tx: Queryable, scope: OrgScope): Promise<void> {
  if ((await countOwners(tx, scope)) < 2) throw new AppError("LAST_OWNER", {});
}

const record = (tx: Queryable, by: By, action: AuditAction, userId: string, metadata: Record<string, unknown>) =>
  recordEvent(tx, {
    action,
    orgId: by.scope.orgId,
    resourceType: "user",
    resourceId: userId,
    actorId: by.actor.userId,
    metadata,
    ipAddress: by.ipAddress,
  });
