import { DEVICE_SIGN_IN_SECONDS } from "@sallyport/protocol";
import { and, eq, gt, isNotNull, isNull, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { deviceSignIns } from "../../platform/db/schema.ts";

export type DeviceSignIn = typeof deviceSignIns.$inferSelect;

export async function insertDevice(
  db: Queryable,
  values: Pick<DeviceSignIn, "deviceCodeHash" | "userCodeHash" | "clientName" | "ipAddress">,
): Promise<void> {
  const expiresAt = sql`now() + make_interval(secs => ${DEVICE_SIGN_IN_SECONDS}::int)`;
  await db.insert(deviceSignIns).values({ ...values, expiresAt });
}

const isUndecided = and(
  isNull(deviceSignIns.approvedWith),
  isNull(deviceSignIns.refusedAt),
  gt(deviceSignIns.expiresAt, sql`now()`),
);

export async function findUndecided(db: Queryable, userCodeHash: string): Promise<DeviceSignIn | undefined> {
  const [row] = await db
    .select()
    .from(deviceSignIns)
    .where(and(eq(deviceSignIns.userCodeHash, userCodeHash), isUndecided));
  return row;
}

/** Decides once, in one statement: of two decisions at the same time, one counts. */
export async function decideDevice(
  db: Queryable,
  userCodeHash: string,
  decision: { approvedWith: string } | "refused",
): Promise<DeviceSignIn | undefined> {
  const [row] = await db
    .update(deviceSignIns)
    .set(decision === "refused" ? { refusedAt: sql`now()` } : decision)
    .where(and(eq(deviceSignIns.userCodeHash, userCodeHash), isUndecided))
    .returning();
  return row;
}

/** Uses one up that was confirmed, in one statement. */
export async function consumeDevice(db: Queryable, deviceCodeHash: string): Promise<DeviceSignIn | undefined> {
  const [row] = await db
    .update(deviceSignIns)
    .set({ usedAt: sql`now()` })
    .where(
      and(
        eq(deviceSignIns.deviceCodeHash, deviceCodeHash),
        isNotNull(deviceSignIns.approvedWith),
        isNull(deviceSignIns.usedAt),
        gt(deviceSignIns.expiresAt, sql`now()`),
      ),
    )
    .returning();
  return row;
}

/** Why one was not used up. */
export async function findDeviceState(db: Queryable, deviceCodeHash: string): Promise<"waiting" | "refused" | "over"> {
  const { refusedAt, usedAt, expiresAt } = deviceSignIns;
  const [row] = await db
    .select({ refusedAt, isOver: sql<boolean>`${usedAt} IS NOT NULL OR ${expiresAt} <= now()` })
    .from(deviceSignIns)
    .where(eq(deviceSignIns.deviceCodeHash, deviceCodeHash));
  if (row?.refusedAt) return "refused";
  // One that was confirmed a moment ago, after the attempt to use it, is there at the next attempt.
  return row && !row.isOver ? "waiting" : "over";
}

export async function deleteDeadDevices(db: Queryable): Promise<void> {
  await db.delete(deviceSignIns).where(sql`${deviceSignIns.expiresAt} < now() - interval '1 hour'`);
}
