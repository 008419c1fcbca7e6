// F-14 and F-16: a fleet of idle agents on one node with a real PostgreSQL, then kill -9 of the node and everybody's return.
//
//     npm run build && node bench/fleet.mjs [--agents 10000] [--idle-seconds 60]
//
// Agents are simulated (real enrolment, real links, real hellos), in two processes on the same cores as the server.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { insertFleet } from "../tests/dist/faults/enrol-fleet.js";
import { Cluster } from "../tests/dist/harness/cluster.js";

const { values } = parseArgs({
  options: { agents: { type: "string", default: "10000" }, "idle-seconds": { type: "string", default: "60" } },
});
const AGENTS = Number(values.agents);
const IDLE_SECONDS = Number(values["idle-seconds"]);
const PROCESSES = 2;
const SIM = fileURLToPath(new URL("../tests/dist/faults/agent-sim-main.js", import.meta.url));
const TICKS_PER_SECOND = 100;

const status = (pid, field) =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
const cpuSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
};

const cluster = await Cluster.start({ nodes: 1, environment: { LOG_LEVEL: "warn" } });
const node = cluster.node(0);
const file = join(tmpdir(), `fleet-${process.pid}.json`);
writeFileSync(
  file,
  JSON.stringify(
    await insertFleet({ databaseUrl: cluster.postgres.url, sessionTokenSecret: cluster.secret, count: AGENTS }),
  ),
  { mode: 0o600 },
);
console.log(`alone: ${Math.round(status(node.program.pid, "VmRSS") / 1024)} MiB`);

const sims = Array.from({ length: PROCESSES }, (_, index) => {
  const share = AGENTS / PROCESSES;
  const from = String(index * share);
  const child = spawn(
    process.execPath,
    [SIM, "--control", node.url, "--nodes", file, "--from", from, "--count", String(share), "--over", "8000"],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const sim = { child, report: undefined };
  let text = "";
  child.stdout.on("data", (data) => {
    const lines = (text + data).split("\n");
    text = lines.pop();
    if (lines.length > 0) sim.report = JSON.parse(lines.at(-1));
  });
  return sim;
});
const linked = () => sims.reduce((sum, { report }) => sum + (report?.linked ?? 0), 0);
const allLinked = async (what) => {
  const startedAt = performance.now();
  let at99;
  while (linked() < AGENTS) {
    if (linked() >= AGENTS * 0.99) at99 ??= performance.now() - startedAt;
    if (performance.now() - startedAt > 180_000) throw new Error(`${what}: ${linked()} of ${AGENTS} after 180 s`);
    await sleep(100);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(
    `${what}: 99 % after ${((at99 ?? seconds * 1_000) / 1_000).toFixed(1)} s, all after ${seconds.toFixed(1)} s`,
  );
};
const apiMs = async (count) => {
  const ms = [];
  for (let n = 0; n < count; n++) {
    const startedAt = performance.now();
    await fetch(`${node.url}/api/auth/me`, { headers: { authorization: `Bearer ${cluster.owner.access_token}` } });
    ms.push(performance.now() - startedAt);
    await sleep(20);
  }
  ms.sort((a, b) => a - b);
  return { p50: ms[Math.floor(ms.length / 2)].toFixed(1), p99: ms[Math.floor(ms.length * 0.99)].toFixed(1) };
};

await allLinked("first connect, spread over 8 s");
const heartbeats = () => sims.reduce((sum, { report }) => sum + report.heartbeats, 0);
const before = { cpu: cpuSeconds(node.program.pid), beats: heartbeats() };
const calls = await apiMs(Math.round((IDLE_SECONDS * 1_000) / 25));
await sleep(2_000);
const spent = cpuSeconds(node.program.pid) - before.cpu;
console.log(
  `idle ${IDLE_SECONDS} s: server ${Math.round(status(node.program.pid, "VmRSS") / 1024)} MiB ` +
    `(peak ${Math.round(status(node.program.pid, "VmHWM") / 1024)}), ${((spent / IDLE_SECONDS) * 100).toFixed(0)} % of a core, ` +
    `${heartbeats() - before.beats} heartbeats; GET /api/auth/me p50 ${calls.p50} ms, p99 ${calls.p99} ms`,
);

await cluster.kill(0);
await sleep(5_000);
const attempts = () => sims.reduce((sum, { report }) => sum + report.attempts.total, 0);
const attemptsBefore = attempts();
await cluster.restart(0);
await sleep(1_500);
await allLinked("after kill -9, 5 s away, counted from 1.5 s after it listens again");
await sleep(1_500);
console.log(
  `attempts per agent since it listens: ${((attempts() - attemptsBefore) / AGENTS).toFixed(2)}; ` +
    `server ${Math.round(status(node.program.pid, "VmRSS") / 1024)} MiB`,
);
for (const { child } of sims) child.stdin.end();
await cluster.stop();
process.exit(0);
