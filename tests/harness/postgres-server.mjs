// A PostgreSQL of its own, in a temporary folder and on a free port, that can be stopped, killed and started again.
import { spawn, spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { atExit } from "./at-exit.mjs";
import { findPostgresBin } from "./find-services.mjs";
import { freePort } from "./free-port.mjs";
import { signalTree } from "./process-tree.mjs";

const READY_TIMEOUT_MS = 30_000;

export class PostgresServer {
  #bin;
  #folder;
  #settings;
  #owner = postgresOwner();
  #forget = atExit(() => this.remove());
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #child;
  port;

  /**
   * @param {string} bin
   * @param {number} port
   * @param {readonly string[]} settings
   */
  constructor(bin, port, settings) {
    this.#bin = bin;
    this.port = port;
    this.#settings = settings;
    this.#folder = mkdtempSync(join(tmpdir(), "sallyport-postgres-"));
    if (this.#owner.uid !== undefined) chownSync(this.#folder, this.#owner.uid, this.#owner.gid);
  }

  /**
   * @param {{ settings?: readonly string[] }} [options] `settings` as in `fsync=on`, after and over the usual ones
   * @returns {Promise<PostgresServer>}
   */
  static async start({ settings = [] } = {}) {
    const bin = findPostgresBin();
    if (!bin) throw new Error("there is no PostgreSQL here");
    const server = new PostgresServer(bin, await freePort(), settings);
    try {
      server.#initialise();
      await server.startAgain();
    } catch (error) {
      server.remove();
      throw error;
    }
    return server;
  }

  get url() {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** The postmaster; 0 while it does not run. */
  get pid() {
    return this.#child?.pid ?? 0;
  }

  /**
   * Starts it on the same port and data. Tries again for a while: after a kill, the first starts meet what is left.
   *
   * @returns {Promise<void>}
   */
  async startAgain() {
    if (this.#child) throw new Error("this PostgreSQL runs already");
    const deadline = performance.now() + READY_TIMEOUT_MS;
    for (;;) {
      const child = this.#spawn();
      this.#child = child;
      while (child.exitCode === null && child.signalCode === null) {
        if (this.#isReady()) return;
        if (performance.now() > deadline) break;
        await wait(50);
      }
      this.kill();
      if (performance.now() > deadline) throw new Error("PostgreSQL did not start");
      await wait(100);
    }
  }

  /**
   * Stops it in order, with its connections cut. The data stays, for `startAgain`.
   *
   * @returns {Promise<void>}
   */
  async stop() {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill("SIGINT");
    await new Promise((resolve) => child.once("exit", resolve));
  }

  /** Kills it with all its processes, as a power cut would but for the disk. The data stays, for `startAgain`. */
  kill() {
    const pid = this.#child?.pid;
    this.#child = undefined;
    if (pid !== undefined) signalTree(pid, "SIGKILL");
  }

  /** Holds it: connections stay open and nothing answers. */
  pause() {
    signalTree(this.pid, "SIGSTOP");
  }

  resume() {
    signalTree(this.pid, "SIGCONT");
  }

  /** Kills it and removes its data. */
  remove() {
    this.kill();
    this.#forget();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #initialise() {
    const args = ["-D", this.#data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"];
    const made = spawnSync(join(this.#bin, "initdb"), args, {
      ...this.#owner,
      cwd: "/",
      stdio: ["ignore", "ignore", "pipe"],
      encoding: "utf8",
    });
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  }

  #spawn() {
    const settings = [
      "listen_addresses=127.0.0.1",
      `unix_socket_directories=${this.#folder}`,
      "fsync=off",
      "max_connections=200",
      ...this.#settings,
    ];
    const args = ["-D", this.#data, "-p", String(this.port), ...settings.flatMap((setting) => ["-c", setting])];
    // A session of its own, so that Ctrl-C for the tests is not one for the database.
    return spawn(join(this.#bin, "postgres"), args, { ...this.#owner, cwd: "/", stdio: "ignore", detached: true });
  }

  #isReady() {
    const args = ["-q", "-h", "127.0.0.1", "-p", String(this.port)];
    return spawnSync(join(this.#bin, "pg_isready"), args).status === 0;
  }

  get #data() {
    return join(this.#folder, "data");
  }
}

/**
 * PostgreSQL refuses to run as root; its packages bring a user for it.
 *
 * @returns {{ uid?: number, gid?: number }}
 */
function postgresOwner() {
  if (process.getuid?.() !== 0) return {};
  const id = (/** @type {string} */ flag) => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
  return { uid: id("-u"), gid: id("-g") };
}
