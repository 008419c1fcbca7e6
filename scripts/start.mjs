// `npm start`: the main job on this machine, in one command. Installs and builds if needed, starts the control plane
// on the embedded database, enrols this machine with an agent, and says where to go. Ctrl-C stops both.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bootstrap, ROOT } from "./bootstrap.mjs";

bootstrap();

const dataDir = process.env.DATA_DIR || join(ROOT, "data");
const env = { ...process.env, DATA_DIR: dataDir };
// npm's own variables are nobody's business further down, least of all a shell's.
for (const name of Object.keys(env)) if (/^npm_|^INIT_CWD$/.test(name)) delete env[name];

const server = spawn(process.execPath, [join(ROOT, "apps/server/bin/sallyport.js"), "serve"], {
  env: { ...env, LOG_LEVEL: env.LOG_LEVEL || "warn" },
  stdio: ["ignore", "inherit", "pipe"],
});
const agent = { child: undefined };
let stopping = false;

function stop(status) {
  if (stopping) return;
  stopping = true;
  process.exitCode = status;
  agent.child?.kill("SIGTERM");
  server.kill("SIGTERM");
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(0));
server.on("exit", (code, signal) => {
  if (!stopping)
    process.stderr.write(
      `The control plane ended (${signal ?? `status ${code}`}). Shells go on; start again to get back to them.\n`,
    );
  stop(stopping ? 0 : (code ?? 1));
});

// The server tells people on standard error, where it is and, once, the first password; its log is on standard output.
const url = await new Promise((resolve) => {
  createInterface({ input: server.stderr }).on("line", (line) => {
    process.stderr.write(`${line}\n`);
    const ready = /^Sallyport is ready at (\S+)/.exec(line);
    if (ready) resolve(ready[1]);
  });
  server.on("exit", () => resolve(undefined));
});

if (url && process.env.DEMO_AGENT !== "0") await startAgent(url);
if (url && !stopping) {
  process.stderr.write(
    `\n  Open ${url}  (Ctrl-C stops; shells that run go on until they end, or until they are ended)\n`,
  );
  process.stderr.write(`  From a terminal: npx gatekey-admin login --server ${url}\n\n`);
}

/** An agent for this very machine. Its key never leaves this process tree, and it is not asked for again. */
async function startAgent(controlUrl) {
  const stateDir = process.env.ZTNA_STATE_DIR || join(dataDir, "agent");
  const agentEnv = {
    ...env,
    LOG_LEVEL: env.LOG_LEVEL || "warn",
    ZTNA_CONTROL_URL: controlUrl,
    ZTNA_STATE_DIR: stateDir,
  };
  // The control plane's own configuration is nobody's business in a shell on this machine.
  for (const name of [
    "ADMIN_PASSWORD",
    "ADMIN_EMAIL",
    "PORT",
    "HOST",
    "DATA_DIR",
    "DATABASE_URL",
    "SESSION_TOKEN_SECRET",
  ]) {
    delete agentEnv[name];
  }
  if (!existsSync(join(stateDir, "registration.json"))) agentEnv.ZTNA_AUTH_KEY = await makeAuthKey();
  agent.child = spawn(process.execPath, [join(ROOT, "apps/agent/bin/ztna.js"), "up", "--foreground"], {
    env: agentEnv,
    stdio: ["ignore", "ignore", "inherit"],
  });
  agent.child.on("exit", (code, signal) => {
    if (stopping) return;
    const why = signal ?? `status ${code}`;
    process.stderr.write(
      `The agent of this machine ended (${why}); see ${join(stateDir, "agent.log")}. Start again to have it back.\n`,
    );
  });
}

/** A single-use key, made through the server's local socket by the operator that this user is. */
async function makeAuthKey() {
  const child = spawn(
    process.execPath,
    [join(ROOT, "apps/server/bin/sallyport.js"), "auth-key", "create", "this machine"],
    {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const chunks = [];
  child.stdout.on("data", (chunk) => chunks.push(chunk));
  const [code] = await once(child, "close");
  if (code !== 0) process.stderr.write("No key for this machine could be made; it will not appear by itself.\n");
  return Buffer.concat(chunks).toString().trim();
}
