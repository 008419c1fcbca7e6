// What the whole-system tests need from the machine: a browser and a real PostgreSQL. Found where they are, installed
// from the distribution's packages where they are missing and that may be done, started on a free port, and stopped.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const isRoot = process.getuid?.() === 0;

const find = (candidates) => candidates.find((path) => path && existsSync(path));

/** Installs Debian packages when we may; says what is missing when we may not. */
function install(packages, purpose) {
  if (!isRoot || !existsSync("/usr/bin/apt-get")) {
    console.error(`${purpose} is missing; on Debian: apt-get install ${packages.join(" ")}`);
    return;
  }
  console.error(`Installing ${packages.join(", ")} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args) => spawnSync("apt-get", ["-qq", ...args], { env, stdio: ["ignore", "ignore", 2] });
  apt("update");
  apt("install", "-y", "--no-install-recommends", ...packages);
}

const chromiumPath = () =>
  find([process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]);

/** Path of a Chromium, or undefined when there is none and none can be installed. */
export function ensureChromium() {
  if (!chromiumPath()) install(["chromium"], "Chromium, for the browser tests,");
  return chromiumPath();
}

function postgresBin() {
  const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql").sort((a, b) => b - a) : [];
  return versions.map((version) => `/usr/lib/postgresql/${version}/bin`).find((bin) => existsSync(join(bin, "initdb")));
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/**
 * Starts a PostgreSQL of its own in a temporary folder. Resolves to its address and to what stops it, or to undefined
 * when there is none and none can be installed.
 */
export async function startPostgres() {
  if (!postgresBin()) install(["postgresql"], "PostgreSQL, for the tests on a real server,");
  const bin = postgresBin();
  if (!bin) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "sallyport-postgres-"));
  // PostgreSQL refuses to run as root; its packages bring a user for it.
  const as = isRoot ? ["runuser", "-u", "postgres", "--"] : [];
  const runAs = (command, ...args) => [...as, join(bin, command), ...args];
  if (isRoot) spawnSync("chown", ["postgres", folder]);
  const data = join(folder, "data");
  const [initdb, ...initArgs] = runAs(
    "initdb",
    "-D",
    data,
    "-U",
    "postgres",
    "--auth=trust",
    "-E",
    "UTF8",
    "--locale=C",
  );
  const made = spawnSync(initdb, initArgs, { stdio: ["ignore", "ignore", 2], cwd: "/" });
  if (made.status !== 0) throw new Error("initdb failed");
  const port = await freePort();
  const options = [
    "listen_addresses=127.0.0.1",
    `unix_socket_directories=${folder}`,
    "fsync=off",
    "max_connections=200",
  ];
  const [postgres, ...args] = runAs(
    "postgres",
    "-D",
    data,
    "-p",
    String(port),
    ...options.flatMap((each) => ["-c", each]),
  );
  const child = spawn(postgres, args, { stdio: ["ignore", "ignore", "ignore"], cwd: "/", detached: true });
  const isReady = () => spawnSync(join(bin, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", String(port)]).status === 0;
  for (let tries = 0; !isReady(); tries++) {
    if (tries > 100) throw new Error("PostgreSQL did not start");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop() {
      // The whole group: runuser does not pass signals on to what it runs.
      process.kill(-child.pid, "SIGKILL");
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
