/** F-05: the network goes away, on the machine's side and on the viewer's, and comes back. */
import { afterEach, describe, expect, test } from "vitest";
import { Cluster } from "../harness/cluster.ts";
import { isMissing } from "../harness/services.ts";
import { System } from "../harness/system.ts";
import { ChaosProxy } from "./chaos-proxy.ts";
import { NetworkNamespace } from "./netns.ts";
import { TruthWindow, wait } from "./truth-window.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const noNamespace = NetworkNamespace.unavailable();
if (noNamespace) console.warn(`Skipped: what needs a network namespace. ${noNamespace}`);

describe.skipIf(noNamespace !== undefined || isMissing("PostgreSQL", "nats-server"))("the machine's network", () => {
  async function farShell() {
    const network = NetworkNamespace.create();
    cleanups.push(() => network.remove());
    const cluster = await Cluster.start({ nodes: 1, host: network.hostAddress });
    cleanups.push(() => cluster.stop());
    const agent = await cluster.startAgent("Linux-N", { under: network.under });
    const where = { baseUrl: cluster.url, who: cluster.owner, machineId: agent.machine.id };
    const truth = await TruthWindow.open({ ...where, rate: 100_000 });
    truth.startTyping();
    return { network, truth, agent };
  }

  const cuts: [string, (network: NetworkNamespace) => Promise<void> | void][] = [
    [
      "5 s without a packet",
      async (network) => {
        network.drop();
        await wait(5_000);
        network.heal();
      },
    ],
    [
      "5 s with packets out and none in",
      async (network) => {
        network.drop("in");
        await wait(5_000);
        network.heal();
      },
    ],
    [
      "a reset of every connection",
      async (network) => {
        network.reset();
        await wait(1_000);
        network.heal();
      },
    ],
    ["a change of address", (network) => network.changeAddress()],
  ];
  if (process.env.NIGHTLY) {
    cuts.push([
      "60 s without a packet",
      async (network) => {
        network.drop();
        await wait(60_000);
        network.heal();
      },
    ]);
  }

  test.each(cuts)("F-05 %s loses and doubles nothing", { timeout: 180_000 }, async (name, cut) => {
    const { network, truth } = await farShell();
    await truth.moves();
    await cut(network);
    const healedAt = performance.now();
    await truth.moves(60_000);
    const movedMs = performance.now() - healedAt;
    await truth.settles(60_000);
    await truth.quits();
    console.info(`F-05 machine, ${name}: ${truth.summary}; moved ${movedMs.toFixed(0)} ms after it`);
  });
});

describe("the viewer's network", () => {
  const cuts: [string, (proxy: ChaosProxy) => Promise<void> | void][] = [
    ["a connection that is reset", (proxy) => proxy.cut("rst")],
    ["a connection that is closed", (proxy) => proxy.cut("fin")],
    ["a connection that nothing comes through any more", (proxy) => proxy.cut("blackhole")],
    [
      "3 s in which nothing comes down",
      async (proxy) => {
        proxy.freeze("down");
        await wait(3_000);
        proxy.heal();
      },
    ],
    [
      "20 s in which nothing goes up",
      async (proxy) => {
        proxy.freeze("up");
        await wait(20_000);
        proxy.heal();
      },
    ],
    [
      "cuts in the middle of frames",
      async (proxy) => {
        for (let cut = 0; cut < 10; cut++) {
          const [connection] = proxy.connections.slice(-1);
          connection?.cutAfter(cut % 2 ? "down" : "up", 1 + Math.floor(Math.random() * 3_000), "rst");
          await wait(400);
        }
      },
    ],
  ];

  test.each(cuts)("F-05 %s loses and doubles nothing", { timeout: 120_000 }, async (name, cut) => {
    const system = await System.start();
    cleanups.push(() => system.stop());
    const agent = await system.startAgent();
    const proxy = await ChaosProxy.start({ target: system.port });
    cleanups.push(() => proxy.close());
    const baseUrl = `http://127.0.0.1:${proxy.port}`;
    const truth = await TruthWindow.open({ baseUrl, who: system.owner, machineId: agent.machine.id, rate: 100_000 });
    truth.startTyping();
    await truth.moves();
    await cut(proxy);
    const healedAt = performance.now();
    await truth.settles(60_000);
    const movedMs = performance.now() - healedAt;
    expect(proxy.dialled).toBeGreaterThan(0);
    await truth.quits();
    console.info(`F-05 viewer, ${name}: ${truth.summary}; all answered ${movedMs.toFixed(0)} ms after it`);
  });
});
