/** F-05: the network goes away, on the machine's side and on the viewer's, and comes back. */
import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { Cluster } from "../harness/cluster.ts";
import type { RunningAgent } from "../harness/control-plane.ts";
import { isMissing } from "../harness/services.ts";
import { System } from "../harness/system.ts";
import { ChaosProxy } from "./chaos-proxy.ts";
import { NetworkNamespace } from "./netns.ts";
import { TruthWindow, wait } from "./truth-window.ts";

/** For what was typed into a line that is dead to get an answer. */
const WITHIN_MS = 60_000;

const isNightly = process.env.NIGHTLY !== undefined;

const noNamespace = NetworkNamespace.unavailable();
if (noNamespace) console.warn(`Skipped: what needs a network namespace. ${noNamespace}`);

describe.skipIf(noNamespace !== undefined || isMissing("PostgreSQL", "nats-server"))("the machine's network", () => {
  let network: NetworkNamespace;
  let cluster: Cluster;
  let agent: RunningAgent;
  beforeAll(async () => {
    network = NetworkNamespace.create();
    cluster = await Cluster.start({ nodes: 1, host: network.hostAddress });
    agent = await cluster.startAgent("Linux-N", { under: network.under });
  });
  afterAll(async () => {
    await cluster?.stop();
    network?.remove();
  });

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
      "a reset of every connection",
      async (network) => {
        network.reset();
        await wait(1_000);
        network.heal();
      },
    ],
    ["a change of address", (network) => network.changeAddress()],
  ];
  if (isNightly) {
    cuts.push(
      [
        "5 s with packets out and none in",
        async (network) => {
          network.drop("in");
          await wait(5_000);
          network.heal();
        },
      ],
      [
        "60 s without a packet",
        async (network) => {
          network.drop();
          await wait(60_000);
          network.heal();
        },
      ],
    );
  }

  test.each(cuts)("F-05 %s loses and doubles nothing", { timeout: 180_000 }, async (name, cut) => {
    const where = { baseUrl: cluster.url, who: cluster.owner, machineId: agent.machine.id };
    const truth = await TruthWindow.open({ ...where, rate: 100_000 });
    truth.startTyping();
    await truth.moves();
    await cut(network);
    const { movedMs, settledMs } = await truth.typesOn(WITHIN_MS);
    await truth.quits();
    console.info(
      `F-05 machine, ${name}: ${truth.summary}; output ${movedMs.toFixed(0)} ms after it, all answered after ${settledMs.toFixed(0)}`,
    );
  });
});

describe("the viewer's network", () => {
  const cuts: [string, (proxy: ChaosProxy) => Promise<void> | void][] = [
    ["a connection that is reset", (proxy) => proxy.cut("rst")],
    ["a connection that is closed", (proxy) => proxy.cut("fin")],
    [
      "3 s in which nothing comes down",
      async (proxy) => {
        proxy.freeze("down");
        await wait(3_000);
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

  // The address change of a machine is the same to both sides, and in the quick form.
  if (isNightly) {
    cuts.push(
      ["a connection that nothing comes through any more", (proxy) => proxy.cut("blackhole")],
      [
        "20 s in which nothing goes up",
        async (proxy) => {
          proxy.freeze("up");
          await wait(20_000);
          proxy.heal();
        },
      ],
    );
  }

  let system: System;
  let agent: RunningAgent;
  let proxy: ChaosProxy;
  beforeAll(async () => {
    system = await System.start();
    agent = await system.startAgent();
  });
  afterEach(() => proxy.close());
  afterAll(() => system?.stop());

  test.each(cuts)("F-05 %s loses and doubles nothing", { timeout: 120_000 }, async (name, cut) => {
    proxy = await ChaosProxy.start({ target: system.port });
    const baseUrl = `http://127.0.0.1:${proxy.port}`;
    const truth = await TruthWindow.open({ baseUrl, who: system.owner, machineId: agent.machine.id, rate: 100_000 });
    truth.startTyping();
    await truth.moves();
    await cut(proxy);
    const { movedMs, settledMs } = await truth.typesOn(WITHIN_MS);
    await truth.quits();
    console.info(
      `F-05 viewer, ${name}: ${truth.summary}; output ${movedMs.toFixed(0)} ms after it, all answered after ${settledMs.toFixed(0)}`,
    );
  });
});
