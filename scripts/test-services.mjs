// What the whole-system tests need from the machine: a browser, a PostgreSQL, a nats-server and an nginx. Found where
// they are, installed from the distribution's packages where they are missing and that may be done.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findBinary, findNatsServer, findNginx, findPostgresBin } from "../tests/harness/find-services.mjs";
import { PostgresServer } from "../tests/harness/postgres-server.mjs";

const isRoot = process.getuid?.() === 0;

const find = (candidates) => candidates.find((path) => path && existsSync(path));

/** Installs Debian packages when we may; says what is missing when we may not. */
function install(packages, purpose) {
  if (!isRoot || !existsSync("/usr/bin/apt-get")) {
    console.error(`${purpose} is missing; on Debian: apt-get install ${packages.join(" ")}`);
    return;
  }
  console.error(`Installing ${packages.join(", ")} …`);
  // Run level 1: what is installed is not started, or it would hold the ports of a server nobody asked for.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const apt = (...args) => spawnSync("apt-get", ["-qq", ...args], { env, stdio: ["ignore", "ignore", 2] });
  apt("update");
  apt("install", "-y", "--no-install-recommends", ...packages);
}

/** The same engine without the windows that nobody sees: half of the work. Debian has it as a package of its own. */
const HEADLESS_SHELL = "/usr/bin/chromium-headless-shell";
const WHOLE_BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Path of a Chromium, or undefined when there is none and none can be installed. At night it is a whole browser. */
export function ensureChromium({ isNightly }) {
  const path = () => find([process.env.CHROMIUM_PATH, ...(isNightly ? [] : [HEADLESS_SHELL]), ...WHOLE_BROWSERS]);
  const isWanted = !path() || (process.env.CI && !process.env.CHROMIUM_PATH && !existsSync(HEADLESS_SHELL));
  if (isWanted && !isNightly) install(["chromium-headless-shell"], "Chromium, for the browser tests,");
  if (!path()) install(["chromium"], "Chromium, for the browser tests,");
  return path();
}

/** Path of a nats-server, or undefined as above. Told to the tests through the environment. */
export function ensureNatsServer() {
  if (!findNatsServer()) install(["nats-server"], "nats-server, for the tests of several nodes,");
  return tell("TEST_NATS_SERVER", findNatsServer());
}

/** Path of an nginx, or undefined as above. Told to the tests through the environment. */
export function ensureNginx() {
  if (!findNginx()) install(["nginx"], "nginx, for the tests behind a load balancer,");
  return tell("TEST_NGINX", findNginx());
}

/** Installs `ip` and `iptables`, with which root's tests cut networks. They find out by themselves whether they may. */
export function ensureNetworkTools() {
  if (!isRoot || (findBinary("ip") && findBinary("iptables"))) return;
  install(["iproute2", "iptables"], "What cuts networks, for the fault tests,");
}

const DIAGNOSTIC_PACKAGES = {
  ping: "iputils-ping",
  nslookup: "dnsutils",
  traceroute: "traceroute",
  nc: "netcat-openbsd",
  nmap: "nmap",
};

/** Installs the network tools whose tests against the real ones are skipped without them. */
export function ensureDiagnosticTools() {
  const missing = Object.entries(DIAGNOSTIC_PACKAGES).filter(([tool]) => !findBinary(tool));
  if (missing.length > 0)
    install(
      missing.map(([, name]) => name),
      "What the tests of diagnostics run",
    );
}

const DESKTOP_PACKAGES = {
  Xvfb: "xvfb",
  Xephyr: "xserver-xephyr",
  Xtigervnc: "tigervnc-standalone-server",
  Xorg: "xserver-xorg-core",
  xterm: "xterm",
  xclip: "xclip",
  xsel: "xsel",
  setxkbmap: "x11-xkb-utils",
  xset: "x11-xserver-utils",
  xdotool: "xdotool",
  xwininfo: "x11-utils",
  turnserver: "coturn",
};

/** Installs X servers without a screen, and the programs that desktops are tested with. */
export function ensureDesktopTools() {
  const missing = Object.entries(DESKTOP_PACKAGES).filter(([tool]) => !findBinary(tool));
  if (missing.length > 0) {
    install(
      [...missing.map(([, name]) => name), "xfonts-base", "xserver-xorg-video-dummy"],
      "What the tests of remote desktops run",
    );
  }
  return findBinary("Xvfb");
}

function tell(name, path) {
  if (path) process.env[name] = path;
  return path;
}

/**
 * Starts a PostgreSQL of its own in a temporary folder. Resolves to its address and to what stops it, or to undefined
 * when there is none and none can be installed.
 */
export async function startPostgres() {
  if (!findPostgresBin()) install(["postgresql"], "PostgreSQL, for the tests on a real server,");
  if (!findPostgresBin()) return undefined;
  const server = await PostgresServer.start();
  return { url: server.url, stop: () => server.remove() };
}
