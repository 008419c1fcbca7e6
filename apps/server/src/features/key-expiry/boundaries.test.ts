/** Instants to the millisecond: everything happens in one transaction, in which `now()` stands still. */
import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { authKeys, machines, orgs } from "../../platform/db/schema.ts";
import { openTestDatabase, type TestDatabase } from "../../platform/db/test-database.fixture.ts";
import { consumeAuthKey } from "../auth-keys/index.ts";
import { enforceKeyExpiry } from "./enforce-key-expiry.ts";
import { claimWarnings } from "./key-expiry.store.ts";

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await openTestDatabase();
  db = database.db;
});
afterAll(() => database.close());

/** A moment in SQL, from now. */
const at = (offset: string): SQL => sql`now() + ${offset}::interval`;

/** An organisation with its keys and machines, by name, in a transaction that leaves nothing behind. */
async function inOrg(run: (org: Awaited<ReturnType<typeof makeOrg>>, tx: Queryable) => Promise<void>): Promise<void> {
  const undone = new Error("undone");
  await db
    .transaction(async (tx) => {
      await run(await makeOrg(tx), tx);
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
}

async function makeOrg(tx: Queryable) {
  const [org] = await tx.insert(orgs).values({ name: "org" }).returning();
  const orgId = org?.id ?? "";
  return {
    id: orgId,
    key: (name: string, values: { [Column in keyof typeof authKeys.$inferInsert]?: unknown }) =>
      tx.insert(authKeys).values({ orgId, name, keyHash: name, keyPrefix: name, ...values } as never),
    machine: (name: string, values: { [Column in keyof typeof machines.$inferInsert]?: unknown }) =>
      tx.insert(machines).values({ orgId, name, nodeKeyHash: name, secretKeyHash: name, ...values } as never),
    revoked: async () => {
      const rows = await tx.select().from(authKeys).orderBy(authKeys.name);
      return Object.fromEntries(rows.map((row) => [row.name, row.revoked]));
    },
    statuses: async () => {
      const rows = await tx.select().from(machines).orderBy(machines.name);
      return Object.fromEntries(rows.map((row) => [row.name, row.status]));
    },
    enforce: (orgIds: readonly string[] | "all" = "all") => enforceKeyExpiry(tx, orgIds, async () => () => {}),
  };
}

test("AK-009 AK-078 AK-084 a key is revoked when its last instant has passed; at that instant it is neither usable nor revoked", () =>
  inOrg(async ({ key, enforce, revoked }, tx) => {
    await key("a past", { expiresAt: at("-1 millisecond") });
    await key("b now", { expiresAt: at("0") });
    await key("c future", { expiresAt: at("1 millisecond") });
    await key("d revoked before", { expiresAt: at("-1 day"), revoked: true, revokedAt: at("-2 days") });
    expect(await consumeAuthKey(tx, "a past")).toBeUndefined();
    expect(await consumeAuthKey(tx, "b now")).toBeUndefined();
    expect(await consumeAuthKey(tx, "c future")).toMatchObject({ name: "c future" });
    await enforce();
    expect(await revoked()).toEqual({ "a past": true, "b now": false, "c future": false, "d revoked before": true });
    const [untouched] = await tx.select().from(authKeys).where(sql`name = 'd revoked before' AND revoked_at < now()`);
    expect(untouched).toBeDefined();
  }));

test("AK-010 AK-079 AK-082 AK-083 an online machine goes offline when it was silent for more than 3 minutes", () =>
  inOrg(async ({ machine, enforce, statuses }, tx) => {
    await machine("a longer", { status: "online", lastSeen: at("-3 minutes -1 millisecond") });
    await machine("b exactly", { status: "online", lastSeen: at("-3 minutes") });
    await machine("c never seen", { status: "online", lastSeen: null });
    await machine("d in quarantine", { status: "quarantined", lastSeen: at("-1 day") });
    await machine("e offline", { status: "offline", lastSeen: at("-1 day") });
    const before = await tx.select({ seen: machines.lastSeen }).from(machines).orderBy(machines.name);
    const { markedOffline } = await enforce();
    expect(markedOffline.map(({ name }) => name)).toEqual(["a longer"]);
    expect(await statuses()).toEqual({
      "a longer": "offline",
      "b exactly": "online",
      "c never seen": "online",
      "d in quarantine": "quarantined",
      "e offline": "offline",
    });
    expect(await tx.select({ seen: machines.lastSeen }).from(machines).orderBy(machines.name)).toEqual(before);
  }));

test("AK-011 AK-080 AK-081 AK-083 AK-070 an ephemeral machine that is offline is deleted when it was seen more than 30 minutes ago", () =>
  inOrg(async ({ machine, enforce, statuses }) => {
    const long = "-30 minutes -1 millisecond";
    await machine("a longer", { ephemeral: true, status: "offline", lastSeen: at(long) });
    await machine("b exactly", { ephemeral: true, status: "offline", lastSeen: at("-30 minutes") });
    await machine("c never seen", { ephemeral: true, status: "offline", lastSeen: null });
    await machine("d no ephemeral one", { ephemeral: false, status: "offline", lastSeen: at(long) });
    await machine("e in quarantine", { ephemeral: true, status: "quarantined", lastSeen: at(long) });
    await machine("f silent in this very run", { ephemeral: true, status: "online", lastSeen: at(long) });
    await machine("g online", { ephemeral: true, status: "online", lastSeen: at("-1 minute") });
    const { deleted, markedOffline } = await enforce();
    expect(deleted.map(({ name }) => name).sort()).toEqual(["a longer", "f silent in this very run"]);
    expect(markedOffline.map(({ name }) => name)).toEqual(["f silent in this very run"]);
    expect(await statuses()).toEqual({
      "b exactly": "offline",
      "c never seen": "offline",
      "d no ephemeral one": "offline",
      "e in quarantine": "quarantined",
      "g online": "online",
    });
  }));

test("X-24 a run for one organisation leaves the others alone", () =>
  inOrg(async (theirs, tx) => {
    const ours = await makeOrg(tx);
    for (const [org, whose] of [
      [theirs, "their"],
      [ours, "our"],
    ] as const) {
      await org.key(`${whose} key`, { expiresAt: at("-1 day") });
      await org.machine(`${whose} online`, { status: "online", lastSeen: at("-1 hour") });
      await org.machine(`${whose} ephemeral`, { ephemeral: true, status: "offline", lastSeen: at("-1 hour") });
    }
    await ours.enforce([ours.id]);
    expect(await ours.revoked()).toEqual({ "our key": true, "their key": false });
    expect(await ours.statuses()).toEqual({
      "our online": "offline",
      "their ephemeral": "offline",
      "their online": "online",
    });
    await ours.enforce([]);
    expect(await ours.revoked()).toEqual({ "our key": true, "their key": false });
  }));

test("a key is warned of once: within its last days, past half its life, and while it is of use", () =>
  inOrg(async ({ key }, tx) => {
    const soon = { createdAt: at("-30 days"), expiresAt: at("3 days"), reusable: true };
    await key("soon", soon);
    await key("not yet", { ...soon, expiresAt: at("8 days") });
    await key("young", { ...soon, createdAt: at("-1 day") });
    await key("half its life", { ...soon, createdAt: at("-3 days") });
    await key("expired", { ...soon, expiresAt: at("0") });
    await key("revoked", { ...soon, revoked: true });
    await key("used", { ...soon, reusable: false, usedCount: 1 });
    await key("used up", { ...soon, maxUses: 5, usedCount: 5 });
    await key("one left", { ...soon, maxUses: 5, usedCount: 4 });
    const warned = (await claimWarnings(tx)).map(({ name }) => name);
    expect(warned.sort()).toEqual(["half its life", "one left", "soon"]);
    expect(await claimWarnings(tx)).toEqual([]);
  }));
