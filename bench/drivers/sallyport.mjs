// Sallyport as a system of the terminal bench: control plane on the embedded database, one agent, framed viewers.
// The bench types faster than a person may, so the message rate is raised; nothing else differs from `npm start`.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { shellSocket, TerminalStream } from "@sallyport/client";

const HARNESS = process.env.BENCH_HARNESS ?? fileURLToPath(new URL("../../../shared/bench/terminal", import.meta.url));
const harness = (file) => import(pathToFileURL(join(HARNESS, "lib", file)).href);
const { startServer, waitForPort } = await harness("proc.mjs");
const { System, freePort } = await harness("system.mjs");
const { Session } = await harness("session.mjs");
// The harness's own ws: two copies of one library would not know each other's sockets.
const { WebSocket } = await import(pathToFileURL(join(HARNESS, "node_modules/ws/wrapper.mjs")).href);

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OWNER = { email: "bench@localhost", password: randomBytes(12).toString("hex") };

export default class Sallyport extends System {
  static title = "Sallyport";
  static shape = "2 ws hops; signed input, windowed output, audited";

  async setup() {
    this.port = await freePort();
    this.baseUrl = `http://127.0.0.1:${this.port}`;
    this.folder = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
    const env = {
      ...process.env,
      PORT: String(this.port),
      DATA_DIR: join(this.folder, "data"),
      ADMIN_EMAIL: OWNER.email,
      ADMIN_PASSWORD: OWNER.password,
      RATE_LIMIT_TOKENS: "100000",
      LOG_LEVEL: "warn",
    };
    const program = (name, app, args, extra = {}) =>
      startServer(name, process.execPath, [join(ROOT, "apps", app, "bin", args[0]), ...args.slice(1)], {
        env: { ...env, ...extra },
      });
    const server = program("sallyport", "server", ["sallyport.js", "serve"]);
    this.servers = [server];
    const listenMs = await waitForPort(this.port, { child: server });
    const signIn = await this.post("/api/auth/login", OWNER);
    this.accessToken = signIn.access_token;
    this.orgId = signIn.orgs[0].id;
    const { key } = await this.post("/api/key-management", {
      action: "create_auth_key",
      org_id: this.orgId,
      name: "bench",
      reusable: true,
    });
    this.startAgent = (name) =>
      program(`ztna-${name}`, "agent", ["ztna.js", "up", "--foreground", "--hostname", name], {
        ZTNA_AUTH_KEY: key,
        ZTNA_CONTROL_URL: this.baseUrl,
        ZTNA_STATE_DIR: join(this.folder, name),
        // What terminals cost is measured.
        ZTNA_DESKTOP: "off",
      });
    this.agents = [this.startAgent("a0")];
    this.machineId = await this.whenRegistered("a0");
    return { listenMs };
  }

  async whenRegistered(name) {
    for (;;) {
      const rows = await this.get(`/api/db/machines?org_id=${this.orgId}&name=eq.${name}`);
      const metrics = await (await fetch(`${this.baseUrl}/metrics`)).text();
      if (rows[0] && /sallyport_agents_connected [1-9]/.test(metrics)) return rows[0].id;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async openSession({ cols, rows }) {
    const { token } = await this.post("/api/remote-shell", {
      action: "create_session",
      org_id: this.orgId,
      machine_id: this.machineId,
    });
    const { url, protocols } = shellSocket({
      baseUrl: this.baseUrl,
      accessToken: this.accessToken,
      orgId: this.orgId,
      machineId: this.machineId,
      shellToken: token,
    });
    const socket = new WebSocket(`${url}&cols=${cols}&rows=${rows}`, protocols);
    let session;
    let sessionId;
    const attached = new Promise((resolve, reject) => {
      const stream = new TerminalStream(socket, {
        attached: ({ session_id }) => {
          sessionId = session_id;
          resolve();
        },
        output: (bytes) => {
          session.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
          stream.drawn(bytes.length);
        },
        notice: () => {},
        latency: () => {},
        end: ({ closeCode }) => {
          session.ended(`closed with ${closeCode}`);
          reject(new Error(`closed with ${closeCode}`));
        },
      });
      session = new Session({
        write: (data) => stream.type(data),
        resize: (c, r) => stream.resize({ cols: c, rows: r }),
        // A viewer that leaves only detaches; the bench wants the shell gone.
        close: async () => {
          await this.post("/api/remote-shell", { action: "end_session", org_id: this.orgId, session_id: sessionId });
          socket.terminate();
        },
        pause: () => socket.pause(),
        resume: () => socket.resume(),
      });
    });
    await attached;
    return session;
  }

  async connectAgents(count) {
    const { stopServer } = await harness("proc.mjs");
    const children = Array.from({ length: count }, (_, n) => this.startAgent(`extra-${n}`));
    for (let n = 0; n < count; n++) await this.whenRegistered(`extra-${n}`);
    return { count, pids: children.map(({ pid }) => pid), stop: () => Promise.all(children.map(stopServer)) };
  }

  async teardown() {
    await super.teardown();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async get(path) {
    return this.unwrap(await fetch(this.baseUrl + path, { headers: { authorization: `Bearer ${this.accessToken}` } }));
  }

  async post(path, body) {
    return this.unwrap(
      await fetch(this.baseUrl + path, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(this.accessToken && { authorization: `Bearer ${this.accessToken}` }),
        },
        body: JSON.stringify(body),
      }),
    );
  }

  async unwrap(response) {
    const { success, data, error } = await response.json();
    if (!success) throw new Error(`${error.code}: ${error.message}`);
    return data;
  }
}
