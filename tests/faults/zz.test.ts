import { afterEach, test } from "vitest";
import { Cluster } from "../harness/cluster.ts";
import { TruthWindow } from "./truth-window.ts";
let cluster: Cluster;
afterEach(() => cluster?.stop());
test("x", async () => {
  cluster = await Cluster.start({ nodes: 2, balanced: true });
  const agent = await cluster.startAgent();
  const truth = await TruthWindow.open({ baseUrl: cluster.url, who: cluster.owner, machineId: agent.machine.id });
  truth.startTyping();
  const t0 = performance.now(); const at = () => `${new Date().toISOString().slice(14, 23)}`;
  let seen = 0; let lastOut = 0;
  const iv = setInterval(() => { for (; seen < truth.window.states.length; seen++) console.info(at(), "state", JSON.stringify(truth.window.states[seen])); if (truth.checker.lastOutputAtMs - lastOut > 300) console.info(at(), "output again", (truth.checker.lastOutputAtMs - lastOut).toFixed(0)); lastOut = truth.checker.lastOutputAtMs; }, 5);
  for (let round = 0; round < 2; round++) for (const index of [0, 1]) {
    console.info(at(), "TERM", index, cluster.node(index).port);
    await cluster.term(index);
    console.info(at(), "ended", index);
    await truth.moves();
    await cluster.restart(index);
    console.info(at(), "restarted", index);
    await truth.moves();
    console.info(cluster.nodes.map((n, i) => n.program.stderr.split("\n").filter((l) => l.includes("{")).slice(-25).map((l) => `   n${i} ${l.slice(0, 260)}`).join("\n")).join("\n"));
  }
  console.info("AGENT", agent.program.stderr.slice(-5000));
  console.info("NGINX", cluster.balancer?.output.slice(-6000)); clearInterval(iv);
  truth.close(); void t0;
}, 100_000);
