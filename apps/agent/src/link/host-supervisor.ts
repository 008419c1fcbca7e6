/**
 * Keeps one session host running and this link connected to it. Owner of what the link knows about the host's sessions.
 *
 * A host that runs already, left by an earlier link, is used as it is: its sessions go on. A host that dies takes its
 * sessions with it; that is reported, and a new one is started, ever later when it dies again and again.
 */
import { backoffMs } from "@sallyport/client";
import type { FromHost, ToHost } from "../host/host-protocol.ts";
import type { MachineAllows } from "../host/link-port.ts";
import type { Logger } from "../platform/logger.ts";
import { reasonOf } from "../platform/one-line.ts";
import { wait } from "../platform/wait.ts";
import { type Challenge, HostConnection, type HostConnectionEvents } from "./host-connection.ts";
import { stopHost } from "./stop-host.ts";

/** Only a parent hears of a child's end, and nobody of a socket's birth: so look. */
const LOOK_EVERY_MS = 25;
/** A host that lived this long was not in a crash loop. */
const STABLE_MS = 60_000;

/** What is asked of a process that was started: a `ChildProcess` is one. */
export interface StartedProcess {
  readonly pid?: number | undefined;
  readonly exitCode: number | null;
  once(event: "exit" | "error", listener: () => void): unknown;
}

export interface HostSupervisorDeps {
  socketPath: string;
  startHost: () => StartedProcess;
  /** The machine's own configuration: the host refuses what it does not allow. */
  allows: MachineAllows;
  logger: Logger;
}

export interface HostEvents {
  /** What the host reports about sessions, refusals and the clock. */
  report(message: FromHost): void;
  /** The host is gone, and with it these sessions. */
  lost(sessionIds: string[]): void;
  /** Another link has taken the host over. */
  replaced(): void;
}

export class HostSupervisor {
  readonly #deps: HostSupervisorDeps;
  readonly #events: HostEvents;
  readonly #sessions = new Set<string>();
  #desktops = 0;
  readonly #stopping = new AbortController();
  #connection: HostConnection | undefined;
  #connectedAtMs = 0;
  #failures = 0;
  #pid: number | undefined;

  constructor(deps: HostSupervisorDeps, events: HostEvents) {
    this.#deps = deps;
    this.#events = events;
  }

  get pid(): number | undefined {
    return this.#pid;
  }
  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Whether something is open on this machine that a person may be using. */
  get isInUse(): boolean {
    return this.#sessions.size > 0 || this.#desktops > 0;
  }

  /** Resolves to true when there is a host to talk to, and to false when this supervisor was stopped. */
  async ready(): Promise<boolean> {
    const { signal } = this.#stopping;
    while (!signal.aborted && !this.#connection) {
      const connection = await this.#open(signal);
      if (signal.aborted) connection?.close();
      else this.#connection = connection;
    }
    return !signal.aborted;
  }

  /** Becomes the host's one link, with a new challenge; undefined when there is no host at the moment. */
  async connect(): Promise<Challenge | undefined> {
    const challenge = await this.#connection?.connect(this.#deps.allows);
    if (!challenge) return undefined;
    this.#pid = challenge.pid;
    this.#sessions.clear();
    this.#desktops = challenge.desktops?.length ?? 0;
    for (const { session_id, ended } of challenge.sessions) if (!ended) this.#sessions.add(session_id);
    return challenge;
  }

  send(message: ToHost): boolean {
    this.#connection?.send(message);
    return this.#connection !== undefined;
  }

  /** Leaves the host alone: its sessions go on without a link. */
  release(): void {
    this.#stopping.abort();
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
  }

  /** Ends the host with all its sessions, and waits until it has gone. */
  async stop(reason: string): Promise<void> {
    this.#stopping.abort();
    const connection = this.#connection ?? (await HostConnection.open(this.#deps.socketPath, SILENT));
    this.#connection = undefined;
    const pid = connection && (await stopHost(connection, reason));
    if (pid !== undefined) this.#deps.logger.error("the session host did not stop", { hostPid: pid });
  }

  async #open(signal: AbortSignal): Promise<HostConnection | undefined> {
    const events = {
      message: (message: FromHost) => this.#onMessage(message),
      closed: (why: "gone" | "stuck") => this.#onClosed(why),
    };
    // The first restart is immediate, so that the machine is back at once after a single crash.
    if (this.#failures > 1) await wait(backoffMs(this.#failures), signal);
    try {
      const running = await HostConnection.open(this.#deps.socketPath, events);
      const connection = running ?? (await this.#start(events, signal));
      this.#connectedAtMs = performance.now();
      if (!connection) this.#failures += 1;
      return connection;
    } catch (error) {
      this.#failures += 1;
      this.#deps.logger.error("the session host cannot be reached", { reason: reasonOf(error) });
      return undefined;
    }
  }

  async #start(events: HostConnectionEvents, signal: AbortSignal): Promise<HostConnection | undefined> {
    const child = this.#deps.startHost();
    const ended = new AbortController();
    child.once("error", () => ended.abort());
    child.once("exit", () => ended.abort());
    this.#deps.logger.info("session host started", { hostPid: child.pid });
    while (!signal.aborted) {
      const connection = await HostConnection.open(this.#deps.socketPath, events);
      if (connection) return connection;
      if (ended.signal.aborted) break;
      await wait(LOOK_EVERY_MS, ended.signal);
    }
    this.#deps.logger.error("the session host did not start", { hostPid: child.pid, exitCode: child.exitCode });
    return undefined;
  }

  #onMessage(message: FromHost): void {
    if (message.type === "replaced") return this.#events.replaced();
    if (message.type === "session_started") this.#sessions.add(message.session_id);
    if (message.type === "desktops") this.#desktops = message.session_ids.length;
    if (message.type === "session_ended") this.#sessions.delete(message.session_id);
    this.#events.report(message);
  }

  #onClosed(why: "gone" | "stuck"): void {
    if (!this.#connection) return;
    this.#connection = undefined;
    this.#failures = performance.now() - this.#connectedAtMs > STABLE_MS ? 1 : this.#failures + 1;
    // Stopped, perhaps, and going on in a moment: its sessions are not lost. The next attempt finds out.
    if (why === "stuck") return this.#deps.logger.error("the session host does not answer");
    this.#pid = undefined;
    const lost = [...this.#sessions];
    this.#sessions.clear();
    this.#desktops = 0;
    this.#deps.logger.error("the session host is gone", { lostSessions: lost.length });
    this.#events.lost(lost);
  }
}

const SILENT = { message: () => {}, closed: () => {} };
