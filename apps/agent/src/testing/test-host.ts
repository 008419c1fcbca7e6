/** A session host in this process, with the test as its link and a fake control plane behind it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AttachShell, LINK_KEY_LABEL, NO_SESSION } from "@sallyport/protocol";
import { deriveChannelKey, type SecureMessage } from "@sallyport/secure-terminal";
import type { StartedDesktop } from "../desktop/desktop-process.ts";
import { DEFAULT_DESKTOP, type DesktopSettings } from "../desktop/desktop-settings.ts";
import type { FromHost } from "../host/host-protocol.ts";
import { runHost } from "../host/run-host.ts";
import { type Challenge, HostConnection } from "../link/host-connection.ts";
import { createLogger } from "../platform/logger.ts";
import type { StoredRegistration } from "../state/registration-file.ts";
import { openStateDir, type StateDir } from "../state/state-dir.ts";
import { attachShell } from "./attach-shell.ts";
import { FakeControlPlane, MACHINE_SECRET, NODE_KEY } from "./fake-control-plane.ts";
import { Inbox } from "./inbox.ts";
import { type Sign, signer } from "./signer.ts";

export function aStateDir(): StateDir {
  return openStateDir(mkdtempSync(join(tmpdir(), "ztna-test-")));
}

export function aRegistration({ url, machineId, orgId }: FakeControlPlane): StoredRegistration {
  return {
    control_url: url,
    insecure: false,
    machine_id: machineId,
    org_id: orgId,
    name: "db-1",
    tailnet_ip: "100.64.0.7",
    node_key: NODE_KEY,
    machine_secret: MACHINE_SECRET,
    auth_key_sha256: "",
    registered_at: new Date().toISOString(),
  };
}

/** What shells of the tests inherit. A home of their own, because what somebody's profile does is nobody's test. */
export const shellsOwn = ({ path }: StateDir): Record<string, string> => ({ PATH: "/usr/bin:/bin", HOME: path });

/** Collects log lines; nothing of them reaches the test's own output. */
export function aLogger() {
  const lines: string[] = [];
  return { lines, logger: createLogger({ level: "debug", write: (line) => lines.push(line) }) };
}

export class TestHost {
  readonly control = new FakeControlPlane();
  readonly dir = aStateDir();
  readonly reports = new Inbox<FromHost>();
  readonly log = aLogger();
  readonly #stop = new AbortController();
  #running: Promise<boolean> | undefined;
  #connection: HostConnection | undefined;
  /** Nothing shows a desktop unless a test says what does. */
  startDesktop: () => StartedDesktop = () => {
    throw new Error("this test shows no desktop");
  };
  sign: Sign = () => {
    throw new Error("not connected");
  };

  /** Starts the host and connects as its link. */
  async start(environment: Record<string, string> = {}): Promise<this> {
    await this.control.start();
    this.#running = runHost({
      dir: this.dir,
      registration: aRegistration(this.control),
      logger: this.log.logger,
      environment: { ...shellsOwn(this.dir), ...environment },
      startDesktop: () => this.startDesktop(),
      signal: this.#stop.signal,
    });
    await this.connect();
    return this;
  }

  /** Connects as a new link, which replaces an older one, and says welcome unless told not to. */
  async connect({
    welcome = true,
    sessionEnabled = true,
    desktop = { ...DEFAULT_DESKTOP, shown: false },
    now = Date.now,
  }: {
    welcome?: boolean;
    sessionEnabled?: boolean;
    desktop?: DesktopSettings;
    now?: () => number;
  } = {}): Promise<Challenge> {
    const events = { message: (message: FromHost) => this.reports.push(message), closed: () => {} };
    let connection: HostConnection | undefined;
    while (!connection) connection = await HostConnection.open(this.dir.hostSocket, events);
    this.#connection = connection;
    const challenge = await connection.connect({ sessionEnabled, desktop });
    if (!challenge) throw new Error("the host gave no challenge");
    const { machineKey, machineId } = this.control;
    this.sign = signer({ key: deriveChannelKey(machineKey, LINK_KEY_LABEL, challenge.challenge), machineId, now });
    if (welcome) {
      this.welcome(this.sign("clock", NO_SESSION, { server_time_ms: now() }));
      await this.next("clock");
    }
    return challenge;
  }

  command(message: SecureMessage): void {
    this.#connection?.send({ type: "command", message: { ...message, data: { ...message.data } } });
  }

  welcome(clock: SecureMessage): void {
    this.#connection?.send({ type: "welcome", clock: { ...clock, data: { ...clock.data } } });
  }

  /** The present connection, which a new `connect` does not close. */
  detach(): HostConnection | undefined {
    return this.#connection;
  }

  /** Asks for a shell as an honest control plane does. */
  spawn(sessionId: string, over: Partial<AttachShell> = {}): void {
    this.command(this.sign("spawn_shell", sessionId, attachShell(this.control, over)));
  }

  /** Asks for a session that there is, for a viewer that has everything before `have`. */
  attach(sessionId: string, over: Partial<AttachShell>): void {
    this.command(this.sign("attach_shell", sessionId, attachShell(this.control, over)));
  }

  next<Type extends FromHost["type"]>(type: Type): Promise<Extract<FromHost, { type: Type }>> {
    return this.reports.next((message): message is Extract<FromHost, { type: Type }> => message.type === type);
  }

  async facts() {
    return await this.#connection?.list();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#connection?.close();
    await this.control.stop();
    rmSync(this.dir.path, { recursive: true, force: true });
  }
}
