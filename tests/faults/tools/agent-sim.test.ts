import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../../harness/cluster.ts";
import { isMissing } from "../../harness/services.ts";
import { AgentSim } from "../agent-sim.ts";
import { insertFleet, registerFleet } from "../enrol-fleet.ts";

describe.skipIf(isMissing("PostgreSQL", "nats-server"))("a simulated fleet", () => {
  let cluster: Cluster;
  const sims: AgentSim[] = [];

  beforeAll(async () => {
    cluster = await Cluster.start({ nodes: 1 });
  });
  afterAll(async () => {
    for (const sim of sims) sim.stop();
    await cluster?.stop();
  });

  function fleet(options: ConstructorParameters<typeof AgentSim>[0]): AgentSim {
    const sim = new AgentSim(options);
    sims.push(sim);
    sim.start();
    return sim;
  }

  async function online(prefix: string): Promise<number> {
    const machines = await cluster.machines();
    return machines.filter(({ name, status }) => name.startsWith(prefix) && status === "online").length;
  }

  test("that registered links up", async () => {
    const { key } = await cluster.authKey({ reusable: true });
    const nodes = await registerFleet({ control: cluster.url, authKey: key, count: 20, name: "registered" });
    const sim = fleet({ control: cluster.url, nodes });
    await sim.allLinked(10_000);
    expect(sim.report()).toMatchObject({ agents: 20, linked: 20, attempts: { total: 20, most: 1 }, drops: {} });
    expect(await online("registered-")).toBe(20);
  });

  test("that was inserted links up, and all of it comes back when the node was killed", async () => {
    const { url: databaseUrl } = cluster.postgres;
    const nodes = await insertFleet({
      databaseUrl,
      sessionTokenSecret: cluster.secret,
      count: 300,
      name: "inserted",
    });
    const sim = fleet({ control: cluster.url, nodes, startOverMs: 500, firstAddress: 1_000 });
    await sim.allLinked(20_000);
    await expect.poll(() => online("inserted-")).toBe(300);
    await cluster.kill(0);
    await expect.poll(() => sim.report().linked).toBe(0);
    sim.mark();
    await cluster.restart(0);
    expect(await sim.allLinked(40_000)).toBeGreaterThan(0);
    const { attempts, backMs, linked } = sim.report();
    expect(linked).toBe(300);
    expect(backMs.count).toBe(300);
    expect(attempts.perAgent).toBeGreaterThanOrEqual(1);
  });

  test("with a wrong key stays out, and says why", async () => {
    const nodes = [{ machineId: "00000000-0000-4000-8000-000000000000", nodeKey: "0".repeat(64) }];
    const sim = fleet({ control: cluster.url, nodes });
    await expect.poll(() => sim.report().drops).toHaveProperty("HTTP 401");
    expect(sim.report().linked).toBe(0);
  });
});
