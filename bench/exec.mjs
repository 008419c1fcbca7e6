// One command on many nodes with the real command line, beside the same command on one node and, where there is an
// OpenSSH, `ssh` in a loop: one after the other and all at once, with keys and known hosts, to this very machine.
//
//     npm run build && node bench/exec.mjs [--nodes 50] [--runs 7]
//
// Every node is a real agent (two processes) on the same cores as the control plane, which is on its embedded database.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { NodeAgent } from "../tests/dist/harness/node-agent.js";
import { runProgram } from "../tests/dist/harness/programs.js";
import { OWNER, System } from "../tests/dist/harness/system.js";

const { values } = parseArgs({
  options: { nodes: { type: "string", default: "50" }, runs: { type: "string", default: "7" } },
});
const NODES = Number(values.nodes);
const RUNS = Number(values.runs);

const folder = mkdtempSync(join(tmpdir(), "bench-exec-"));
const system = await System.start({ LOG_LEVEL: "warn" });
const environment = { GATEKEY_SERVER: system.url, GATEKEY_CONFIG: join(folder, "config.yaml") };
const operate = (args, input) => runProgram("gatekey-admin", args, environment, input);
await operate(["login", "--email", OWNER.email], `${OWNER.password}\n`);

const agents = [];
for (let index = 0; index < NODES; index += 1) {
  const name = `node-${index}`;
  const { stdout } = await operate(["mesh", "hub", "create", name, "-o", "json"]);
  const { token } = JSON.parse(stdout);
  agents.push(await NodeAgent.start({ name, control_plane_url: system.url, token, session_enabled: true }));
}
const connected = async () => JSON.parse((await operate(["session", "list", "-o", "json"])).stdout).length;
while ((await connected()) < NODES) await sleep(500);
// What starting them cost is over.
await sleep(5_000);

async function time(run) {
  const ms = [];
  for (let index = 0; index < RUNS; index += 1) {
    const startedAt = performance.now();
    await run();
    ms.push(performance.now() - startedAt);
  }
  ms.sort((a, b) => a - b);
  console.error(ms.map(Math.round).join(" "));
  return { median: ms[Math.floor(ms.length / 2)], best: ms[0], worst: ms.at(-1) };
}

async function exec(args) {
  const { status, stdout, stderr } = await operate(["session", "exec", "-n", ...args, "echo done"]);
  const lines = stdout.split("done").length - 1;
  if (status !== 0 || lines !== (args[0] === "--on" ? NODES : 1)) throw new Error(`${status} ${stdout}${stderr}`);
}

const rows = [["gatekey-admin --version", await time(() => operate(["--version"]))]];
rows.push(["exec on 1 node", await time(() => exec(["node-0"]))]);
rows.push([`exec on ${NODES} nodes`, await time(() => exec(["--on", "kind=hub"]))]);

const ssh = await startSshd();
if (ssh) {
  rows.push(["ssh, 1", await time(() => ssh.run())]);
  rows.push([`ssh, ${NODES} at once`, await time(() => Promise.all(Array.from({ length: NODES }, () => ssh.run())))]);
  rows.push([
    `ssh in a loop, ${NODES}`,
    await time(async () => {
      for (let index = 0; index < NODES; index += 1) await ssh.run();
    }),
  ]);
}
const one = rows[1][1].median;
console.log("| | median ms (best to worst) | to exec on 1 node |\n|---|---|---|");
for (const [name, { median, best, worst }] of rows) {
  console.log(
    `| ${name} | ${median.toFixed(0)} (${best.toFixed(0)} to ${worst.toFixed(0)}) | ${(median / one).toFixed(2)} |`,
  );
}

ssh?.stop();
await Promise.all(agents.map((agent) => agent.stop()));
await system.stop();
rmSync(folder, { recursive: true });

/** An OpenSSH of our own on a free port; undefined where there is none. */
async function startSshd() {
  const sshd = ["/usr/sbin/sshd", "/usr/bin/sshd"].find(existsSync);
  if (!sshd) return undefined;
  const key = join(folder, "key");
  const hostKey = join(folder, "host");
  for (const path of [key, hostKey]) spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path]);
  writeFileSync(join(folder, "authorized"), spawnSync("cat", [`${key}.pub`]).stdout, { mode: 0o600 });
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  const config = [`Port ${port}`, "ListenAddress 127.0.0.1", `HostKey ${hostKey}`, "StrictModes no", "UsePAM no"];
  config.push(`AuthorizedKeysFile ${join(folder, "authorized")}`, "PermitRootLogin yes", "MaxStartups 200:30:300");
  writeFileSync(join(folder, "sshd_config"), `${config.join("\n")}\n`);
  spawnSync("mkdir", ["-p", "/run/sshd"]);
  const server = spawn(sshd, ["-D", "-e", "-f", join(folder, "sshd_config")], { stdio: "ignore" });
  await sleep(1_000);
  const args = ["-i", key, "-p", String(port), "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR"];
  args.push("-o", `UserKnownHostsFile=${join(folder, "known")}`, `${userInfo().username}@127.0.0.1`, "echo done");
  return {
    run: async () => {
      const client = spawn("ssh", args, { stdio: ["ignore", "pipe", "inherit"] });
      let said = "";
      client.stdout.on("data", (bytes) => {
        said += bytes;
      });
      const [status] = await once(client, "close");
      if (status !== 0 || said !== "done\n") throw new Error(`ssh: ${status} ${said}`);
    },
    stop: () => server.kill(),
  };
}
