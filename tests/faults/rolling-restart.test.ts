/** F-02: the nodes of a cluster are restarted one after the other, under a session that prints and is typed into. */
import { afterEach, describe, expect, test } from "vitest";
import { Cluster } from "../harness/cluster.ts";
import { isMissing } from "../harness/services.ts";
import { TruthWindow } from "./truth-window.ts";

const ROUNDS = process.env.NIGHTLY ? 50 : 3;
/** A session that is gone for longer was not resumed, but found again. */
const LONGEST_PAUSE_MS = 10_000;

let cluster: Cluster | undefined;
afterEach(() => cluster?.stop());

describe.skipIf(isMissing("PostgreSQL", "nats-server", "nginx"))("a cluster behind a load balancer", () => {
  test(
    `F-02 ${ROUNDS} rolling restarts lose and double nothing`,
    async () => {
      cluster = await Cluster.start({ nodes: 2, balanced: true });
      const agent = await cluster.startAgent();
      const where = { baseUrl: cluster.url, who: cluster.owner, machineId: agent.machine.id };
      const truth = await TruthWindow.open(where);
      truth.startTyping();
      for (let round = 0; round < ROUNDS; round++) {
        for (const index of [0, 1]) {
          expect(await cluster.term(index)).toBe(0);
          await truth.moves();
          await cluster.restart(index);
          // As an operator would wait for it: the balancer leaves a node out for seconds after it did not answer.
          await cluster.balancer?.use(cluster.nodes.map(({ port }) => port));
          await truth.moves();
        }
      }
      await truth.quits();
      expect(Math.max(...truth.pausesMs)).toBeLessThan(LONGEST_PAUSE_MS);
      console.info(`F-02: ${2 * ROUNDS} restarts, ${truth.summary}`);
    },
    60_000 + ROUNDS * 30_000,
  );
});
