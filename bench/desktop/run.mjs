// What a viewer sees of a machine's screen, and what that costs the machine: the real desktop process, a real X server,
// a real browser, all on this machine, on one clock. No control plane: this process is the session host and the signalling.
//
//     npm run build && node bench/desktop/run.mjs [--workload scroll] [--seconds 10] [--way webrtc|stream|vnc|mesh] [--loss 5]
//
// `--server Xtigervnc|Xorg` shows the same on another X server of the distribution.
// `--way vnc` measures x11vnc, websockify and noVNC of the distribution instead, on the same screen with the same viewer;
// `--way mesh` measures MeshCentral, in its own page.
// `--workload idle --crops FOLDER` compares the text that is seen with the text that is there, and writes both as PNG.
// `--loss` and `--kbit` shape the line, in a network namespace of their own, which needs root.
import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { compareText } from "./legible.mjs";
import { openMeshDesktop, startMesh } from "./mesh.mjs";
import { machineTicks, memoryMiB, TICKS_PER_SECOND, ticksBelow } from "./processes.mjs";
import { openStreamSide } from "./stream-side.mjs";
import { startServer } from "./x-servers.mjs";

const { values } = parseArgs({
  options: {
    workload: { type: "string", default: "scroll" },
    seconds: { type: "string", default: "10" },
    way: { type: "string", default: "webrtc" },
    server: { type: "string", default: "Xvfb" },
    loss: { type: "string" },
    kbit: { type: "string" },
    fps: { type: "string" },
    quality: { type: "string" },
    crops: { type: "string" },
    verbose: { type: "boolean", default: false },
    inside: { type: "boolean", default: false },
  },
});
const HERE = fileURLToPath(new URL(".", import.meta.url));
const AGENT = fileURLToPath(new URL("../../apps/agent/bin/ztna.js", import.meta.url));

// The line is shaped for everything in a namespace: this very program goes into one.
if ((values.loss || values.kbit) && !values.inside) {
  const name = `bench-desktop-${process.pid}`;
  const run = (command) => {
    const { status, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
  };
  run(`ip netns add ${name}`);
  try {
    const inside = `ip netns exec ${name}`;
    run(`${inside} ip link set lo up`);
    // Addresses of the loopback interface are candidates of nobody; those of this one go over it all the same.
    run(`${inside} ip link add bench0 type veth peer name bench1`);
    run(`${inside} ip addr add 10.99.0.1/24 dev bench0`);
    run(`${inside} ip link set bench0 up`);
    run(`${inside} ip link set bench1 up`);
    // Kernels without netem lose packets just as well by a rule.
    const probability = Number(values.loss) / 100;
    const drop = `-m statistic --mode random --probability ${probability} -j DROP`;
    if (values.loss) run(`${inside} iptables -w -A INPUT -p udp -d 10.99.0.1 ${drop}`);
    if (values.kbit) run(`${inside} tc qdisc add dev lo root tbf rate ${values.kbit}kbit burst 16kb latency 300ms`);
    const args = ["netns", "exec", name, process.execPath, ...process.argv.slice(1), "--inside"];
    const { status } = spawnSync("ip", args, { stdio: "inherit" });
    process.exitCode = status ?? 1;
  } finally {
    run(`ip netns del ${name}`);
  }
} else await main();

async function main() {
  const folder = mkdtempSync(join(tmpdir(), "bench-desktop-"));
  const ends = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const { xserver, display } = await startServer(values.server, folder);
    ends.push(() => xserver.kill());
    const workload = spawn(process.execPath, [join(HERE, "workload.mjs"), display, values.workload], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    ends.push(() => workload.kill());
    const drawn = [];
    workload.on("message", (message) => drawn.push(message));
    const agent = await startWay(display, folder, ends);
    await sleep(1_000);
    const page = await openBrowser(ends);
    if (values.way === "mesh") await openMeshDesktop(page, agent);
    else await openPage(page, ends);
    const sessionId = randomUUID();
    const policy = { input: true, clipboard: { to_machine: true, from_machine: true } };
    const viewer = { session_id: sessionId, session_type: "admin", viewer_email: "bench@example.com", policy };
    if (values.way === "vnc") await page.evaluate((url) => window.watchVnc(url), agent.url);
    else if (values.way === "mesh") await page.evaluate(() => window.watchMesh());
    else if (values.way === "webrtc") await watchByWebRtc(page, agent, viewer);
    else await watchByStream(page, agent, viewer, ends);
    await page.waitForFunction(() => window.seen.frames.length > 0, undefined, { timeout: 30_000, polling: 20 });
    const first = await page.evaluate(() => window.seen.frames[0] - window.offeredAtMs);
    const show = {
      type: "show",
      ...(values.fps && { max_fps: Number(values.fps) }),
      ...(values.quality && { quality: values.quality }),
    };
    await page.evaluate((message) => window.say?.(message), show);
    await sleep(3_000);
    const parts = { agent: agent.pid, xserver: xserver.pid, workload: workload.pid, ...agent.parts };
    const measure = () => ({
      machine: machineTicks(),
      own: ticksBelow(process.pid),
      parts: mapValues(parts, ticksBelow),
    });
    const before = measure();
    const fromMs = performance.timeOrigin + performance.now();
    const seconds = Number(values.seconds);
    await sleep(seconds * 1_000);
    const after = measure();
    const shares = mapValues(parts, (_, name) => (after.parts[name] - before.parts[name]) / TICKS_PER_SECOND / seconds);
    const own = (after.own - before.own) / TICKS_PER_SECOND / seconds;
    shares.browser = Object.values(shares).reduce((rest, share) => rest - share, own);
    // What else ran meanwhile, of one core: numbers of a busy machine are worth little.
    const others = (after.machine - before.machine) / TICKS_PER_SECOND / seconds - own;
    const seen = await page.evaluate(() => window.seen);
    const stats = await page.evaluate(() => window.connection && window.stats());
    const picture = { webrtc: "#video", stream: "#canvas", vnc: "#screen canvas" }[values.way];
    const text = values.crops && (await compareText(display, page, picture, values.crops));
    report({
      seen,
      drawn,
      fromMs,
      seconds,
      first,
      shares,
      stats,
      others,
      text,
      pid: agent.pid,
    });
  } finally {
    for (const end of ends.reverse()) await Promise.resolve(end());
  }
}

function startWay(display, folder, ends) {
  if (values.way === "vnc") return startVnc(display, ends);
  if (values.way === "mesh") return startMesh(display, ends);
  return startAgent(display, folder, ends);
}

async function startAgent(display, folder, ends) {
  const agent = spawn(process.execPath, [AGENT, "desktop-process", "--state-dir", folder], {
    env: { ...process.env, DISPLAY: display, LOG_LEVEL: values.verbose ? "debug" : "warn" },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  ends.push(() => agent.kill());
  await new Promise((resolve, reject) => {
    agent.once("message", (facts) =>
      facts.unavailable === null ? resolve() : reject(new Error(`no desktop: ${facts.unavailable}`)),
    );
    agent.once("exit", (code) => reject(new Error(`the desktop process ended with ${code}`)));
  });
  return agent;
}

/** x11vnc with its defaults, and websockify in front of it, as noVNC's own guide starts them. */
async function startVnc(display, ends) {
  const [rfbPort, webPort] = [5_900, 6_080].map((port) => port + (process.pid % 1_000));
  const run = (command, args) => {
    const program = spawn(command, args, { stdio: "ignore" });
    ends.push(() => program.kill());
    return program;
  };
  const server = run("x11vnc", [
    "-display",
    display,
    "-rfbport",
    rfbPort,
    "-localhost",
    "-shared",
    "-forever",
    "-nopw",
  ]);
  run("websockify", [`127.0.0.1:${webPort}`, `127.0.0.1:${rfbPort}`]);
  await sleep(2_000);
  return { pid: server.pid, url: `ws://127.0.0.1:${webPort}` };
}

async function openBrowser(ends) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
  ends.push(() => browser.close());
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  page.on("console", (message) => console.error(`viewer: ${message.text()}`));
  page.on("pageerror", (error) => console.error(`viewer: ${error}`));
  return page;
}

async function openPage(page, ends) {
  const server = createServer((request, response) => {
    const path = request.url === "/" ? "/viewer.html" : request.url;
    const folder = path.startsWith("/novnc/") ? "/usr/share" : HERE;
    response.setHeader("content-type", path.endsWith(".js") ? "text/javascript" : "text/html");
    response.end(existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => server.close());
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.addScriptTag({ url: "/viewer.js" });
}

async function watchByWebRtc(page, agent, viewer) {
  await page.exposeFunction("tell", (message) => {
    if (message.type === "candidate") {
      agent.send({ type: "candidate", session_id: viewer.session_id, candidate: message.candidate });
    } else agent.send({ type: "offer", ...viewer, sdp_offer: message.sdp, ice_servers: [] });
  });
  agent.on("message", (message) => {
    if (message.type === "answer" || message.type === "candidate")
      void page.evaluate((heard) => window.hear(heard), message);
    else if (message.type !== "facts") console.error("desktop process:", JSON.stringify(message));
  });
  await page.evaluate(() => {
    window.say = (message) => {
      const send = () => window.channel.send(JSON.stringify(message));
      if (window.channel.readyState === "open") send();
      else window.channel.addEventListener("open", send);
    };
    return window.watch([]);
  });
}

async function watchByStream(page, agent, viewer, ends) {
  const side = await openStreamSide(viewer.session_id);
  ends.push(() => side.close());
  agent.on("message", (message) => {
    if (message.type !== "facts") console.error("desktop process:", JSON.stringify(message));
  });
  await page.exposeFunction("begin", () => agent.send({ type: "stream", ...viewer, ...side.stream }));
  await page.evaluate((url) => window.watchStream(url), side.viewerUrl);
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value, name)]));
}

function report({ seen, drawn, fromMs, seconds, first, shares, stats, others, text, pid }) {
  const latencies = [];
  for (const { colour, atMs } of drawn.filter((change) => change.atMs >= fromMs)) {
    const shown = seen.colours.find((look) => look.colour === colour && look.atMs > atMs && look.atMs < atMs + 2_000);
    const next = drawn.find((change) => change.atMs > atMs);
    if (shown && (!next || shown.atMs < next.atMs + 300)) latencies.push(shown.atMs - atMs);
  }
  latencies.sort((a, b) => a - b);
  const at = (share) =>
    Math.round(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN);
  const measured = (timesMs) => timesMs.filter((atMs) => atMs >= fromMs);
  const perSecond = (timesMs) => Math.round((measured(timesMs).length / seconds) * 10) / 10;
  const frames = measured(seen.frames);
  const gaps = frames.slice(1).map((atMs, index) => atMs - frames[index]);
  const said = seen.messages.filter(({ type }) => type === "stats");
  const average = (name) => said.reduce((sum, one) => sum + one[name], 0) / said.length;
  console.log(
    JSON.stringify({
      way: values.way,
      workload: values.workload,
      ...(values.loss && { lossPercent: Number(values.loss) }),
      ...(values.kbit && { kbit: Number(values.kbit) }),
      fps: perSecond(seen.frames),
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      changes: latencies.length,
      firstFrameMs: Math.round(first),
      cpuPercent: mapValues(shares, (share) => Math.round(share * 1_000) / 10),
      othersPercent: Math.round(others * 100),
      pssMiB: memoryMiB(pid),
      ...(seen.screens && { screensPerSecond: perSecond(seen.screens) }),
      longestGapMs: Math.round(Math.max(0, ...gaps)),
      ...(said.length > 0 && {
        kbps: Math.round(average("kbps")),
        encodeMs: Math.round(average("encode_ms") * 10) / 10,
        targetKbps: said.at(-1)?.target_kbps,
      }),
      size: seen.size?.join("x"),
      ...(text && { text }),
      ...(stats && {
        stats: Object.fromEntries(
          Object.entries(stats).map(([name, value]) => [
            name,
            typeof value === "number" ? Math.round(value * 10) / 10 : value,
          ]),
        ),
      }),
    }),
  );
}
