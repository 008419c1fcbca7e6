/** A whole agent in this process: the link as it is, and a session host that it starts as if it were another process. */
import { EventEmitter } from "node:events";
import { rmSync } from "node:fs";
import { DEFAULT_DESKTOP } from "../desktop/desktop-settings.ts";
import { runHost } from "../host/run-host.ts";
import type { StartedProcess } from "../link/host-supervisor.ts";
import type { ConnectionState } from "../link/link-status.ts";
import { type LinkEnd, runLink } from "../link/run-link.ts";
import { loadRegistration, saveRegistration } from "../state/registration-file.ts";
import type { StateDir } from "../state/state-dir.ts";
import { FakeControlPlane } from "./fake-control-plane.ts";
import type { FakeLink } from "./fake-link.ts";
import { Inbox } from "./inbox.ts";
import { aLogger, aRegistration, aStateDir, shellsOwn } from "./test-host.ts";

class HostInProcess extends EventEmitter implements StartedProcess {
  readonly pid = process.pid;
  readonly exitCode = null;
}

export class TestAgent {
  readonly control: FakeControlPlane;
  readonly dir: StateDir;
  readonly states = new Inbox<ConnectionState>();
  readonly log = aLogger();
  hostStarts = 0;
  /** The machine's own switch, as the next link finds it. */
  sessionEnabled = true;
  readonly #stopHosts = new AbortController();
  readonly #hosts: Promise<unknown>[] = [];
  #stopLink = new AbortController();
  #link: Promise<LinkEnd> | undefined;

  /** `home` is another agent's, for one that starts where that one runs. */
  constructor(
    home: { control: FakeControlPlane; dir: StateDir } = { control: new FakeControlPlane(), dir: aStateDir() },
  ) {
    this.control = home.control;
    this.dir = home.dir;
  }

  get registeredName(): string | undefined {
    return loadRegistration(this.dir)?.name;
  }

  async start(): Promise<this> {
    await this.control.start();
    saveRegistration(this.dir, aRegistration(this.control));
    this.startLink();
    return this;
  }

  startLink(): void {
    const registration = loadRegistration(this.dir);
    if (!registration) throw new Error("not registered");
    this.#stopLink = new AbortController();
    this.#link = runLink({
      dir: this.dir,
      registration,
      logger: this.log.logger,
      allows: { sessionEnabled: this.sessionEnabled, desktop: { ...DEFAULT_DESKTOP, shown: false } },
      signal: this.#stopLink.signal,
      startHost: () => this.#startHost(),
      changed: (state) => this.states.push(state),
    });
  }

  /** The link's next connection, its hello answered. */
  link(): Promise<FakeLink> {
    return this.control.links.next();
  }

  state<State extends ConnectionState["state"]>(wanted: State): Promise<Extract<ConnectionState, { state: State }>> {
    return this.states.next((at): at is Extract<ConnectionState, { state: State }> => at.state === wanted);
  }

  async stopLink(): Promise<LinkEnd | undefined> {
    this.#stopLink.abort();
    return await this.#link;
  }

  async stop(): Promise<void> {
    await this.stopLink();
    this.#stopHosts.abort();
    await Promise.all(this.#hosts);
    await this.control.stop();
    rmSync(this.dir.path, { recursive: true, force: true });
  }

  #startHost(): StartedProcess {
    this.hostStarts += 1;
    const host = new HostInProcess();
    const registration = loadRegistration(this.dir);
    if (!registration) throw new Error("not registered");
    const { logger } = this.log;
    const environment = shellsOwn(this.dir);
    const running = runHost({
      dir: this.dir,
      registration,
      logger,
      environment,
      startDesktop: () => {
        throw new Error("this test shows no desktop");
      },
      signal: this.#stopHosts.signal,
    });
    this.#hosts.push(running.then(() => host.emit("exit")));
    return host;
  }
}
