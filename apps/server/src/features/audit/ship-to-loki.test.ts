import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type AuditDatabase, openAuditDatabase } from "./audit-database.fixture.ts";
import { CheckpointKeeper } from "./checkpoint-keeper.ts";
import { LokiError, type LokiStream } from "./loki-client.ts";
import { Retention } from "./retention.ts";
import { LokiShipper } from "./ship-to-loki.ts";

type Line = Record<string, unknown>;

/** Takes what it is given, unless a test says that it fails. */
class Taken {
  readonly pushes: LokiStream[][] = [];
  readonly failures: Error[] = [];

  async push(streams: readonly LokiStream[]): Promise<void> {
    const failure = this.failures.shift();
    if (failure) throw failure;
    this.pushes.push([...streams]);
  }

  lines(chain: string, job = "audit"): Line[] {
    return this.pushes
      .flat()
      .filter(({ stream }) => stream.job === job && stream.chain === chain)
      .flatMap(({ values }) => values.map(([, line]) => JSON.parse(line) as Line));
  }
}

let store: AuditDatabase;
let loki: Taken;
let shipper: LokiShipper | undefined;
beforeAll(async () => {
  store = await openAuditDatabase();
}, 60_000);
afterEach(() => shipper?.stop());
afterAll(() => store.close());

function ship(taken = new Taken()): Taken {
  loki = taken;
  shipper = new LokiShipper({ ...store, client: loki, backOffMs: () => 20 });
  shipper.start();
  return loki;
}
const seqs = (chain: string) =>
  loki
    .lines(chain)
    .filter(({ prev_hash }) => prev_hash !== undefined)
    .map(({ seq }) => seq);
const upTo = (last: number) => Array.from({ length: last }, (_, n) => n + 1);
const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 20 });

test("RS-090 RD-032 X-07 every row goes to both streams, once and in order, and so do checkpoints", async () => {
  const org = randomUUID();
  await store.record(org, 1_200);
  await new CheckpointKeeper(store).keep();
  ship();
  await until(() => expect(loki.lines(org)).toHaveLength(1_201));
  expect(loki.lines(org, "quickztna")).toEqual(loki.lines(org));
  expect(seqs(org)).toEqual(upTo(1_200));
  const [row] = await store.sql(`SELECT id, hash FROM audit_logs WHERE chain = '${org}' AND seq = 7`);
  expect(loki.lines(org)[6]).toMatchObject({ ...row, chain: org, org_id: org, seq: 7, action: "access.denied" });
  expect(loki.lines(org).at(-1)).toMatchObject({ action: "audit.checkpoint", chain: org, seq: 1_200 });
  // What comes later is shipped soon, and what was shipped is not shipped again.
  await store.record(org, 1);
  await until(() => expect(seqs(org)).toEqual(upTo(1_201)));
});

test("T6.3 what Loki refuses is tried again until it takes it, and nothing is skipped", async () => {
  const org = randomUUID();
  await store.record(org, 3);
  const taken = new Taken();
  taken.failures.push(new LokiError("429", 429, 30), new LokiError("500", 500), new LokiError("down"));
  ship(taken);
  await until(() => expect(seqs(org)).toEqual([1, 2, 3]));
});

test("T6.3 lines whose times Loki refuses get the present time", async () => {
  const org = randomUUID();
  await store.record(org, 1);
  const taken = new Taken();
  taken.failures.push(new LokiError("entry too far behind", 400));
  const before = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 5));
  ship(taken);
  await until(() => expect(seqs(org)).toEqual([1]));
  const [time = "0"] = loki.pushes.flat().find(({ stream }) => stream.chain === org)?.values[0] ?? [];
  expect(Number(BigInt(time) / 1_000_000n)).toBeGreaterThan(before);
});

test("T6.3 a crash between the push and its record ships rows again, with the same ids", async () => {
  const org = randomUUID();
  await store.record(org, 3);
  ship();
  await until(() => expect(seqs(org)).toEqual([1, 2, 3]));
  const first = loki.lines(org);
  await shipper?.stop();
  await store.sql(`UPDATE audit_shipments SET seq = 1 WHERE chain = '${org}'`);
  ship();
  await until(() => expect(loki.lines(org)).toHaveLength(2));
  expect(loki.lines(org)).toEqual(first.slice(1));
});

test("a gap is told of in a line of its own, once, and shipping goes on", async () => {
  const org = randomUUID();
  await store.record(org, 8);
  await store.sql(`DELETE FROM audit_logs WHERE chain = '${org}' AND seq IN (3, 4, 8)`);
  ship();
  await until(() => expect(seqs(org)).toEqual([1, 2, 5, 6, 7]));
  const gaps = () => loki.lines(org).filter(({ action }) => action === "audit.gap");
  expect(gaps()).toMatchObject([
    { chain: org, from: 3, to: 4 },
    { chain: org, from: 8, to: 8 },
  ]);
  await store.record(org, 1);
  await until(() => expect(seqs(org)).toEqual([1, 2, 5, 6, 7, 9]));
  expect(gaps()).toHaveLength(2);
});

test("a chain that is shorter than what was shipped is told of, and shipped from where it grows again", async () => {
  const org = randomUUID();
  await store.record(org, 5);
  ship();
  await until(() => expect(seqs(org)).toEqual([1, 2, 3, 4, 5]));
  await store.sql(`DELETE FROM audit_logs WHERE chain = '${org}' AND seq > 3`);
  await store.sql(
    `UPDATE audit_heads SET seq = 3, hash = (SELECT hash FROM audit_logs WHERE chain = '${org}' AND seq = 3)
     WHERE chain = '${org}'`,
  );
  await until(() => expect(loki.lines(org).at(-1)).toMatchObject({ action: "audit.gap", from: 4, to: 5 }));
  await store.record(org, 1);
  await until(() => expect(seqs(org)).toEqual([1, 2, 3, 4, 5, 4]));
});

test("what retention has removed is no gap, however long it is", async () => {
  const org = randomUUID();
  await store.record(org, 2_000);
  const retention = new Retention({ ...store, days: { denied: 3 }, isShipped: false });
  await retention.erase(new AbortController().signal, new Date(Date.now() + 4 * 86_400_000));
  ship();
  await until(() => expect(loki.lines(org).map(({ action }) => action)).toContain("audit.erased"));
  expect(loki.lines(org).filter(({ action }) => action === "audit.gap")).toEqual([]);
});

test("places that somebody made up are one gap, however many they are", async () => {
  const org = randomUUID();
  await store.record(org, 1);
  await store.sql(`UPDATE audit_heads SET seq = 1000000000 WHERE chain = '${org}'`);
  ship();
  await until(() => expect(loki.lines(org).at(-1)).toMatchObject({ action: "audit.gap", to: 1_000_000_000 }));
  expect(loki.lines(org).length).toBeLessThan(5);
});
