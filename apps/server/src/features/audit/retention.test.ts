import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AuditDatabase, openAuditDatabase } from "./audit-database.fixture.ts";
import { CheckpointKeeper } from "./checkpoint-keeper.ts";
import { Retention } from "./retention.ts";

const DAY_MS = 86_400_000;
const { signal } = new AbortController();
/** A moment at which everything that is recorded now is older than three days. */
const inFourDays = () => new Date(Date.now() + 4 * DAY_MS);

let store: AuditDatabase;
beforeAll(async () => {
  store = await openAuditDatabase();
}, 60_000);
afterAll(() => store.close());

const actions = async (chain: string) =>
  (await store.sql(`SELECT action FROM audit_logs WHERE chain = '${chain}' ORDER BY seq`)).map(({ action }) => action);
const retention = (isShipped = false) => new Retention({ ...store, days: { denied: 3 }, isShipped });

describe("retention", () => {
  test("erases rows of its class only, when they are old enough, and leaves a chain that verifies", async () => {
    const org = randomUUID();
    await store.record(org, 3);
    await store.record(org, 1, "user.signed_in");
    await store.record(org, 2);
    await new CheckpointKeeper(store).keep();
    await store.record(org, 1, "org.plan_changed");
    expect(await retention().erase(signal)).toBe(0);
    expect(await retention().erase(signal, inFourDays())).toBe(5);
    expect(await actions(org)).toEqual(["user.signed_in", "org.plan_changed", "audit.erased"]);
    expect(await store.auditor.verify(org)).toEqual({
      chain: org,
      rows: 3,
      erased: 5,
      checkpoints: 1,
      fault: undefined,
    });
    expect(await retention().erase(signal, inFourDays())).toBe(0);
  });

  test("never erases the newest row of a chain, whose hash the next one needs", async () => {
    const org = randomUUID();
    await store.record(org, 1);
    expect(await retention().erase(signal, inFourDays())).toBe(0);
    expect(await actions(org)).toEqual(["access.denied"]);
  });

  test("erases nothing that has not been shipped, when rows are shipped", async () => {
    const org = randomUUID();
    await store.record(org, 4);
    expect(await retention(true).erase(signal, inFourDays())).toBe(0);
    await store.sql(`INSERT INTO audit_shipments (chain, seq, shipped_at) VALUES ('${org}', 2, now())`);
    expect(await retention(true).erase(signal, inFourDays())).toBe(2);
    expect(await store.auditor.verify(org)).toMatchObject({ rows: 3, erased: 2, fault: undefined });
  });

  test("takes more than a batch, and the chain verifies with several tombstones", async () => {
    const org = randomUUID();
    await store.record(org, 600);
    await store.record(org, 600);
    expect(await retention().erase(signal, inFourDays())).toBeGreaterThanOrEqual(1_200);
    const tombstones = await store.sql(`SELECT rows FROM audit_tombstones WHERE chain = '${org}' ORDER BY first_seq`);
    expect(tombstones).toEqual([{ rows: 500 }, { rows: 500 }, { rows: 200 }]);
    expect(await store.auditor.verify(org)).toMatchObject({ erased: 1_200, fault: undefined });
  });

  test("T6.1 does not sign away what somebody forged", async () => {
    const [forged, sound] = [randomUUID(), randomUUID()];
    await store.record(forged, 5);
    await store.record(sound, 5);
    await store.sql(`UPDATE audit_logs SET ip_address = 'forged' WHERE chain = '${forged}' AND seq = 2`);
    await retention().erase(signal, inFourDays());
    expect(await store.auditor.verify(forged)).toMatchObject({ rows: 2, fault: { seq: 2, problem: "changed" } });
    expect(await store.auditor.verify(sound)).toMatchObject({ erased: 4, fault: undefined });
  });
});

describe("T6.1 checkpoints", () => {
  test("a cut tail shows by the checkpoints, and without those by the file, also when the chain has grown again", async () => {
    const org = randomUUID();
    const keeper = new CheckpointKeeper(store);
    await store.record(org, 10);
    await keeper.keep();
    await store.sql(`DELETE FROM audit_logs WHERE chain = '${org}' AND seq > 6`);
    await store.sql(
      `UPDATE audit_heads SET seq = 6, hash = (SELECT hash FROM audit_logs WHERE chain = '${org}' AND seq = 6)
       WHERE chain = '${org}'`,
    );
    expect((await store.auditor.verify(org)).fault).toEqual({ seq: 7, problem: "missing" });
    await store.sql(`DELETE FROM audit_checkpoints WHERE chain = '${org}'`);
    expect((await store.auditor.verify(org)).fault).toEqual({ seq: 7, problem: "missing" });
    await store.record(org, 20);
    await keeper.keep();
    expect((await store.auditor.verify(org)).fault).toEqual({ seq: 10, problem: "not_as_signed" });
    // The file still has what was signed first.
    expect((await store.kept.read()).get(org)).toMatchObject({ seq: 10 });
  });

  test("a chain that is gone as a whole shows by the file", async () => {
    const org = randomUUID();
    await store.record(org, 3);
    await new CheckpointKeeper(store).keep();
    for (const table of ["audit_logs", "audit_heads", "audit_checkpoints"]) {
      await store.sql(`DELETE FROM ${table} WHERE chain = '${org}'`);
    }
    const report = (await store.auditor.verifyAll()).find(({ chain }) => chain === org);
    expect(report).toMatchObject({ rows: 0, fault: { seq: 1, problem: "missing" } });
  });

  test("are made at first, then after a hundred rows or a minute, and at a stop", async () => {
    const org = randomUUID();
    const keeper = new CheckpointKeeper(store);
    const signed = async () =>
      (await store.sql(`SELECT seq::int AS seq FROM audit_checkpoints WHERE chain = '${org}' ORDER BY seq`)).map(
        ({ seq }) => seq,
      );
    await store.record(org, 1);
    await keeper.keep();
    await store.record(org, 99);
    await keeper.keep();
    expect(await signed()).toEqual([1]);
    await store.record(org, 1);
    await keeper.keep();
    expect(await signed()).toEqual([1, 101]);
    await store.record(org, 1);
    await keeper.stop();
    expect(await signed()).toEqual([1, 101, 102]);
  });
});
