/** F-13: programs that stand still for a while, as in a long garbage collection or on a machine that swaps. */
import { afterEach, describe, expect, test } from "vitest";
import { Cluster } from "../harness/cluster.ts";
import { isMissing } from "../harness/services.ts";
import { System } from "../harness/system.ts";
import { TestWindow } from "../harness/window.ts";
import { ChaosProxy } from "./chaos-proxy.ts";
import { TruthWindow, wait } from "./truth-window.ts";

const STOPPED_MS = 10_000;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function aSystem() {
  const system = await System.start();
  cleanups.push(() => system.stop());
  return { system, agent: await system.startAgent() };
}

async function stopFor(pid: number, ms: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  await wait(ms);
  process.kill(pid, "SIGCONT");
}

test("F-13 control plane and session host that stand still for a while lose and double nothing", {
  timeout: 120_000,
}, async () => {
  const { system, agent } = await aSystem();
  const host = (await system.hostPid(agent)) ?? 0;
  const truth = await TruthWindow.open({ baseUrl: system.url, who: system.owner, machineId: agent.machine.id });
  truth.startTyping();
  const figures: string[] = [];
  for (const [who, pid] of [
    ["control plane", system.server.pid],
    ["host", host],
    ...(process.env.NIGHTLY ? ([["link", agent.program.pid]] as const) : []),
  ] as const) {
    await stopFor(pid, STOPPED_MS);
    const { movedMs } = await truth.typesOn(30_000);
    truth.startTyping();
    figures.push(`${who} ${movedMs.toFixed(0)} ms`);
  }
  await truth.quits();
  console.info(`F-13: ${truth.summary}; went on after ${figures.join(", ")}`);
});

test.runIf(process.env.NIGHTLY)(
  "F-13 a viewer that stands still for a minute loses and doubles nothing",
  { timeout: 180_000 },
  async () => {
    const { system, agent } = await aSystem();
    const proxy = await ChaosProxy.start({ target: system.port });
    cleanups.push(() => proxy.close());
    const baseUrl = `http://127.0.0.1:${proxy.port}`;
    const truth = await TruthWindow.open({ baseUrl, who: system.owner, machineId: agent.machine.id });
    truth.startTyping();
    proxy.freeze();
    await wait(60_000);
    proxy.heal();
    await truth.typesOn(60_000);
    await truth.quits();
    console.info(`F-13 viewer: ${truth.summary}`);
  },
);

describe.skipIf(isMissing("PostgreSQL", "nats-server"))("a node that stands still", () => {
  test("F-13 I7 while another takes its session over types nothing more when it goes on", {
    timeout: 120_000,
  }, async () => {
    const cluster = await Cluster.start({ nodes: 2 });
    cleanups.push(() => cluster.stop());
    const agent = await cluster.startAgent("Linux-P", { control: 0 });
    const at = (index: number) => ({
      baseUrl: cluster.node(index).url,
      who: cluster.owner,
      machineId: agent.machine.id,
    });
    const old = new TestWindow(at(1));
    await old.is("connected");
    old.type("stty raw -echo; echo go-$((1+1)); exec cat\r");
    await old.shows(/go-2/);
    process.kill(cluster.node(1).program.pid, "SIGSTOP");
    try {
      // It lies in the node's socket until that goes on.
      old.type("[typed-too-late]");
      const { sessionId = "" } = old.session;
      const taker = new TestWindow({ ...at(0), resume: { sessionId, takeOver: true } });
      await taker.is("connected");
      taker.type("[in-time]");
      await taker.shows(/\[in-time\]/);
      process.kill(cluster.node(1).program.pid, "SIGCONT");
      await old.is("taken_over");
      await wait(1_000);
      taker.type("[after]");
      await taker.shows(/\[after\]/);
      expect(taker.state).toBe("connected");
      expect(taker.text).toContain("[in-time][after]");
      expect(taker.text).not.toContain("too-late");
    } finally {
      process.kill(cluster.node(1).program.pid, "SIGCONT");
    }
  });
});
