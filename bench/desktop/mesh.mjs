// MeshCentral on the benchmark's screen: the server, the agent and the web page of its npm package, which is installed
// into a folder of its own.
//
// Everything is as it comes. The page asks for JPEG of quality 40, unscaled, and a pause of 50 ms after each look at the
// screen; the agent's tiles go through the server over TLS, as its WebRTC is off; nobody is asked for consent.
import { execFile, spawn } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { killBelow } from "./processes.mjs";

const PACKAGE = "meshcentral@1.1.55";
const FOLDER = join(process.env.BENCH_PEERS ?? "/var/tmp/bench-peers", "meshcentral");
const SERVER = join(FOLDER, "node_modules/meshcentral");
const ACCOUNT = { user: "admin", password: "Bench-Pass-1234" };
const GROUP = "bench";
/** For root, the agent looks for the display itself, and only finds one that a display manager started. */
const NOBODY = process.getuid() === 0 ? 65_534 : undefined;
const run = promisify(execFile);

export async function startMesh(display, ends) {
  const port = 44_000 + (process.pid % 1_000);
  await install();
  await configure(port);
  const server = spawn(process.execPath, ["--disable-proto=delete", SERVER, "--launch", String(process.pid)], {
    cwd: FOLDER,
    // It ends with its standard input.
    stdio: ["pipe", "ignore", "ignore"],
  });
  ends.push(() => server.kill());
  const control = (...words) => controlServer(port, words);
  await until("its server", () => control("ServerInfo", "--json"));
  const settings = await agentSettings(port, await deviceGroup(control));
  const agent = startAgent(display, settings);
  ends.push(() => killBelow(agent.pid));
  const device = await until("its agent", async () =>
    (await control("ListDevices", "--json")).find(({ conn }) => (conn & 1) !== 0),
  );
  // The agent takes its core from the server, and tells what it can do a little later.
  await sleep(5_000);
  return { pid: agent.pid, parts: { server: server.pid }, url: `https://127.0.0.1:${port}`, deviceId: device._id };
}

/** Signs in and opens the device's desktop, up to the button that connects. */
export async function openMeshDesktop(page, { url, deviceId }) {
  const [viewer, added] = ["viewer.js", "mesh-page.js"].map((name) =>
    readFileSync(new URL(name, import.meta.url), "utf8"),
  );
  await page.addInitScript({ content: `(() => {\n${viewer}\n${added}\n})();` });
  await page.goto(url);
  await page.fill("#username", ACCOUNT.user);
  await page.fill("#password", ACCOUNT.password);
  await Promise.all([page.waitForNavigation(), page.click("#loginButton")]);
  await page.goto(`${url}/?viewmode=11&gotonode=${deviceId.split("/")[2]}`);
  await page.waitForSelector("#connectbutton1:enabled");
}

async function install() {
  if (existsSync(SERVER)) return;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "package.json"), '{"private":true}\n');
  await run("npm", ["install", PACKAGE, "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: FOLDER });
}

async function configure(port) {
  const data = join(FOLDER, "meshcentral-data");
  mkdirSync(data, { recursive: true });
  const settings = {
    cert: "127.0.0.1",
    WANonly: true,
    port,
    portBind: "127.0.0.1",
    redirPort: port + 1_000,
    redirPortBind: "127.0.0.1",
    mpsPort: 0,
    selfUpdate: false,
    autoBackup: false,
    agentTimeStampServer: false,
  };
  writeFileSync(join(data, "config.json"), JSON.stringify({ settings, domains: { "": { newAccounts: false } } }));
  if (existsSync(join(data, "meshcentral.db"))) return;
  const { user, password } = ACCOUNT;
  const create = ["--createaccount", user, "--pass", password, "--email", "bench@example.com"];
  for (const words of [create, ["--adminaccount", user]])
    await run(process.execPath, [SERVER, ...words], { cwd: FOLDER });
}

/** One command of MeshCentral's own command line; what it answers in JSON. */
async function controlServer(port, words) {
  const signIn = ["--url", `wss://127.0.0.1:${port}`, "--loginuser", ACCOUNT.user, "--loginpass", ACCOUNT.password];
  const program = join(SERVER, "meshctrl.js");
  const { stdout } = await run(process.execPath, [program, ...words, ...signIn], { cwd: FOLDER, timeout: 10_000 });
  return words.includes("--json") ? JSON.parse(stdout) : stdout;
}

async function deviceGroup(control) {
  const find = async () => (await control("ListDeviceGroups", "--json")).find(({ name }) => name === GROUP)?._id;
  const known = await find();
  if (known) return known;
  await control("AddDeviceGroup", "--name", GROUP);
  return until("its device group", find);
}

async function agentSettings(port, groupId) {
  const url = `https://127.0.0.1:${port}/meshsettings?id=${encodeURIComponent(groupId.split("/")[2])}`;
  // Its certificate is its own.
  const response = await new Promise((resolve, reject) => {
    get(url, { rejectUnauthorized: false }, resolve).on("error", reject);
  });
  const text = Buffer.concat(await response.toArray()).toString();
  return text.replace(/^translation=.*\n?/m, "");
}

function startAgent(display, settings) {
  const folder = join(FOLDER, "agent");
  const program = join(folder, "meshagent");
  mkdirSync(folder, { recursive: true });
  if (!existsSync(program)) copyFileSync(join(SERVER, "agents/meshagent_x86-64"), program);
  chmodSync(program, 0o755);
  writeFileSync(join(folder, "meshagent.msh"), settings);
  if (NOBODY) chownSync(folder, NOBODY, NOBODY);
  return spawn(program, ["connect"], {
    cwd: folder,
    // Without an authority, too, it looks for the display itself.
    env: { PATH: process.env.PATH, HOME: folder, DISPLAY: display, XAUTHORITY: "/dev/null" },
    uid: NOBODY,
    gid: NOBODY,
    stdio: "ignore",
  });
}

/** Asks until there is an answer. */
async function until(what, ask, timeoutMs = 120_000) {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask().catch((error) => void (performance.now() > endMs && console.error(error)));
    if (answer) return answer;
    if (performance.now() > endMs) throw new Error(`MeshCentral: ${what} did not come up`);
    await sleep(500);
  }
}
