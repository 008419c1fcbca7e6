/**
 * Keeps the machine connected to its control plane, for as long as it runs. Owner of the connection's state.
 *
 * It passes signed commands to the session host and the host's reports up; it can verify nothing and needs to verify
 * nothing, because it never acts on a command itself.
 */
import { backoffMs } from "@sallyport/client";
import { type AgentMessage, PRODUCT_VERSION, PROTOCOL_VERSION, RECONNECT_CAP_MS } from "@sallyport/protocol";
import { z } from "zod";
import type { FromHost } from "../host/host-protocol.ts";
import { describeMachine } from "../identity/describe-machine.ts";
import type { Logger } from "../platform/logger.ts";
import { oneLine } from "../platform/one-line.ts";
import { wait } from "../platform/wait.ts";
import { type ConnectionEnd, ControlConnection, type FromControl, type Hello } from "./control-connection.ts";
import type { HostSupervisor } from "./host-supervisor.ts";
import type { ConnectionState } from "./link-status.ts";

/** A connection that lived this long was no accident: the next wait starts small again. */
const STABLE_MS = 10_000;

/** Refusals with which the control plane says that this machine has no business there. */
const BARRED: ReadonlySet<string> = new Set(["INVALID_NODE_KEY", "MACHINE_DISABLED"]);

export interface ControlLinkDeps {
  controlUrl: string;
  nodeKey: string;
  host: HostSupervisor;
  /** The machine's own switch. */
  sessionEnabled: boolean;
  logger: Logger;
  /** The state changed. */
  changed(state: ConnectionState): void;
  /** The control plane calls this machine by this name. */
  named(name: string): void;
}

export class ControlLink {
  readonly #deps: ControlLinkDeps;
  readonly #stopping = new AbortController();
  #connection: ControlConnection | undefined;
  #attempt = 0;
  #lostAtMs: number | undefined;
  #lastReason: string | undefined;
  #state: ConnectionState = { state: "connecting" };

  constructor(deps: ControlLinkDeps) {
    this.#deps = deps;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Connects, and connects again, until `stop`. */
  async run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#become({ state: "connecting" });
      // First the host: a control plane does not wait long for a hello.
      if (!(await this.#deps.host.ready())) return;
      const end = await this.#connectOnce();
      if (signal.aborted) return;
      this.#endSessionsIfBarred(end);
      const delayMs = this.#delayMs(end);
      this.#become({ state: "waiting", retry_at: inMs(delayMs), reason: oneLine(end.reason), refused: end.refused });
      await wait(delayMs, signal);
    }
  }

  /** Leaves for good. `goodbye` tells the control plane that the machine is going. */
  stop(why: "goodbye" | "again"): void {
    this.#stopping.abort();
    this.#connection?.close(why);
  }

  /** The host and its sessions are gone: say so, and say hello again for the next host. */
  hostLost(sessionIds: string[]): void {
    for (const session_id of sessionIds) {
      const exit = { exit_code: null, signal: null, reason: "session host lost" };
      this.#connection?.send({ type: "session_ended", session_id, exit });
    }
    this.#connection?.close("again");
  }

  /** Passes a host's report up. While there is no connection it is dropped: the next hello tells it all. */
  report(message: FromHost): void {
    switch (message.type) {
      case "session_ended":
      case "desktop":
      case "desktop_consent":
      case "desktop_ended":
        this.#connection?.send(message satisfies AgentMessage);
    }
    // A host of an older version gives no code. Whatever it was, asking it the same again does not help.
    if (message.type === "refused") this.#connection?.send({ ...message, code: message.code ?? "INVALID_COMMAND" });
  }

  /**
   * Shells may not outlive the right to be here. A control plane that bars or deletes a machine tells it so while they
   * are linked; otherwise this refusal is how the machine learns of it.
   */
  #endSessionsIfBarred({ refused }: ConnectionEnd): void {
    if (refused === null || !BARRED.has(refused) || !this.#deps.host.isInUse) return;
    this.#deps.logger.warn("sessions are ended: the control plane does not let this machine in", { refused });
    this.#deps.host.send({ type: "shutdown", reason: "the control plane does not let this machine in" });
  }

  #connectOnce(): Promise<ConnectionEnd> {
    const { controlUrl, nodeKey, logger, host, named } = this.#deps;
    return new Promise((resolve) => {
      const startedAtMs = performance.now();
      this.#connection = new ControlConnection(controlUrl, nodeKey, logger, {
        hello: () => this.#hello(),
        welcomed: ({ clock, name }) => {
          host.send({ type: "welcome", clock });
          named(name);
          logger.info("WebSocket connected to the control plane", { controlUrl });
          this.#lostAtMs = undefined;
          this.#become({ state: "connected", since: new Date().toISOString() });
        },
        message: (message) => this.#onMessage(message),
        ended: (end) => {
          this.#connection = undefined;
          if (this.#state.state === "connected" && performance.now() - startedAtMs > STABLE_MS) this.#attempt = 0;
          resolve(end);
        },
      });
    });
  }

  async #hello(): Promise<Hello | undefined> {
    const challenge = await this.#deps.host.connect();
    return (
      challenge && {
        type: "hello",
        protocol: PROTOCOL_VERSION,
        version: PRODUCT_VERSION,
        ...describeMachine(),
        challenge: challenge.challenge,
        host_id: challenge.host_id,
        session_enabled: this.#deps.sessionEnabled,
        desktop: challenge.desktop,
        desktops: challenge.desktops,
        sessions: challenge.sessions,
      }
    );
  }

  #onMessage(message: FromControl): void {
    if (message.type === "renamed") return this.#deps.named(message.name);
    if (this.#deps.host.send(message)) return;
    const session_id = z.uuid().safeParse(message.message.data.sessionId).data ?? null;
    const reason = "the session host is restarting";
    this.#connection?.send({ type: "refused", session_id, code: "HOST_UNAVAILABLE", reason });
  }

  #delayMs({ reason, refused }: ConnectionEnd): number {
    const before = this.#state;
    this.#lostAtMs ??= performance.now();
    // Somebody may wait for a session of ours.
    const outageMs = this.#deps.host.isInUse ? performance.now() - this.#lostAtMs : undefined;
    const delayMs =
      refused === null ? backoffMs(this.#attempt, Math.random, outageMs) : RECONNECT_CAP_MS * (0.5 + Math.random() / 2);
    this.#attempt += 1;
    // During a long outage the same reason again and again says nothing.
    const isNews = this.#lastReason !== reason || before.state === "connected";
    this.#lastReason = reason;
    const facts = { reason, refused, retryInMs: Math.round(delayMs) };
    this.#deps.logger[isNews ? "warn" : "debug"]("WebSocket not connected to the control plane", facts);
    return delayMs;
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    this.#deps.changed(state);
  }
}

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
