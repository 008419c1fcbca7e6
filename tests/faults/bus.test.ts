/** The message bus between nodes: strangers on it, and what happens without it. */
import { randomBytes, randomUUID } from "node:crypto";
import { organisationApi } from "@sallyport/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Cluster } from "../harness/cluster.ts";
import type { Person, RunningAgent } from "../harness/control-plane.ts";
import { isMissing } from "../harness/services.ts";
import { TestWindow } from "../harness/window.ts";
import { NatsStranger } from "./nats-stranger.ts";
import { query } from "./shells.ts";
import { isAlive, TruthWindow, wait } from "./truth-window.ts";

const SUBJECT = "sallyport.signals";
const WITHOUT_BUS_MS = process.env.NIGHTLY ? 30_000 : 3_000;

describe.skipIf(isMissing("PostgreSQL", "nats-server"))("the message bus", () => {
  let cluster: Cluster;
  let agent: RunningAgent;
  beforeEach(async () => {
    cluster = await Cluster.start({ nodes: 2 });
    agent = await cluster.startAgent("Linux-B", { control: 0 });
  });
  afterEach(() => cluster?.stop());

  const acrossNodes = (who: Person = cluster.owner) => ({
    baseUrl: cluster.node(1).url,
    who,
    machineId: agent.machine.id,
  });
  const rows = (statement: string) => query(cluster.postgres.url, statement);
  const rejected = async (index: number) => {
    const text = await (await fetch(`${cluster.node(index).url}/metrics`)).text();
    return Number(/^sallyport_bus_rejected_total (\d+)/m.exec(text)?.[1] ?? 0);
  };

  test("T10.1 T10.2 a stranger's signals, and genuine ones that are repeated, are counted and do nothing", async () => {
    const stranger = await NatsStranger.connect(cluster.nats.port, SUBJECT);
    const truth = await TruthWindow.open(acrossNodes());
    truth.startTyping();
    await cluster.until(() => stranger.heard.length > 0, "a genuine signal to overhear");
    const genuine = stranger.heard[0] ?? Buffer.alloc(0);
    const row = () => rows("SELECT status, attached, attach_epoch::int AS epoch FROM sessions");
    const before = { row: await row(), rejected: [await rejected(0), await rejected(1)] };
    const ids = { org_id: cluster.owner.orgId, machine_id: agent.machine.id, session_id: truth.sessionId };
    const signals = [
      { type: "attach", ...ids },
      { type: "session", ...ids },
      { type: "linked", ...ids, at: Date.now() + 1_000_000 },
      { type: "machine", ...ids },
      { type: "rights", ...ids },
      { type: "sign_in", sign_in_id: randomUUID() },
    ];
    const { from } = JSON.parse(genuine.subarray(64).toString()) as { from: string };
    const forged = signals.flatMap((signal, index) => {
      const body = JSON.stringify({ from: index % 2 ? from : randomUUID(), seq: 1_000_000 + index, signal });
      const wrongMac = randomBytes(32).toString("hex");
      // No MAC, one that is made up, and that of another message.
      return [body, wrongMac + body, genuine.subarray(0, 64).toString() + body];
    });
    const hostile = [...forged, "", "x", "\0".repeat(100), randomBytes(10_000)];
    for (const message of hostile) stranger.publish(SUBJECT, message);
    for (let repeat = 0; repeat < 10; repeat++) stranger.publish(SUBJECT, genuine);
    // Its sender knows its own; every other node knows that it had it.
    const isCounted = async () => {
      const counts = [await rejected(0), await rejected(1)].map((count, node) => count - (before.rejected[node] ?? 0));
      return Math.min(...counts) >= hostile.length && Math.max(...counts) >= hostile.length + 10;
    };
    await cluster.until(isCounted, "the rejections to be counted");
    await truth.moves();
    expect(await row()).toEqual(before.row);
    stranger.close();
    await truth.quits();
  });

  test("T10.4 without it a session opens across nodes, and a revocation gets there, by way of the database", async () => {
    await cluster.nats.stop();
    const admin = await cluster.person("admin");
    const openedAt = performance.now();
    const truth = await TruthWindow.open(acrossNodes(admin));
    const openedMs = performance.now() - openedAt;
    truth.startTyping();
    await truth.settles();
    const revokedAt = performance.now();
    const { owner } = cluster;
    await owner.api.act(organisationApi, "remove_member", { org_id: owner.orgId, user_id: admin.user.id });
    await truth.window.is("ended");
    const revokedMs = performance.now() - revokedAt;
    expect(truth.window.states.at(-1)).toMatchObject({ cause: "session_revoked", closeCode: 4403 });
    await cluster.until(() => !isAlive(truth.pid), "the shell to be gone");
    console.info(`T10.4: opened after ${openedMs.toFixed(0)} ms, revoked after ${revokedMs.toFixed(0)} ms`);
  });

  const ways: [string, { leave(): Promise<void> | void; comeBack(): Promise<void> | void }][] = [
    ["is killed", { leave: () => cluster.nats.kill(), comeBack: () => cluster.nats.startAgain() }],
    ["is held", { leave: () => cluster.nats.pause(), comeBack: () => cluster.nats.resume() }],
  ];
  test.each(ways)(
    "F-11 a session goes on, and another opens, while it %s; nothing is done twice",
    async (what, way) => {
      const truth = await TruthWindow.open(acrossNodes());
      truth.startTyping();
      await way.leave();
      const openedAt = performance.now();
      const other = new TestWindow(acrossNodes());
      await other.is("connected");
      const openedMs = performance.now() - openedAt;
      await wait(WITHOUT_BUS_MS - openedMs);
      await truth.moves();
      await way.comeBack();
      await wait(2_000);
      await truth.moves();
      other.type("exit\r");
      await other.is("ended");
      await truth.quits();
      await cluster.until(
        async () => (await rows("SELECT 1 FROM sessions WHERE status = 'active'")).length === 0,
        "the rows to end",
      );
      const audit = await rows(
        "SELECT action, count(*)::int AS n FROM audit_logs WHERE action LIKE 'session.%' GROUP BY action ORDER BY action",
      );
      expect(audit).toEqual([
        { action: "session.connected", n: 2 },
        { action: "session.disconnected", n: 2 },
      ]);
      expect(await rows("SELECT DISTINCT attach_epoch::int AS epoch FROM sessions")).toEqual([{ epoch: 1 }]);
      console.info(`F-11 NATS ${what}: ${truth.summary}; another opened after ${openedMs.toFixed(0)} ms`);
    },
  );
});
