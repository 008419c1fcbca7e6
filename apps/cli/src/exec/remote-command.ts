/**
 * One command on one node, from its token to its end.
 *
 * Invariants: it ends once; its output is passed on before that; while it cannot be seen for longer than `LOST_AFTER_MS`
 * it is given up, and said to be.
 */
import type { Readable } from "node:stream";
import { ExecSession, type SessionState } from "@sallyport/client";
import { shellApi } from "@sallyport/protocol";
import { WebSocket } from "ws";
import { type Outcome, outcomeOf } from "../session/outcome.ts";
import type { Operator } from "../signed-in.ts";
import { InputPump } from "./input-pump.ts";

/** Longer than a restart of the control plane takes, and below what somebody waits before a terminal. */
const LOST_AFTER_MS = 12_000;
/** For a machine that is silent, of which the control plane tells after some seconds. */
const SILENT_AFTER_MS = 3_000;
/** What a peer that does not answer our goodbye is given. */
const GOODBYE_MS = 1_000;
const INTERRUPTED = 130;

export interface RemoteCommandOptions {
  operator: Operator;
  node: { id: string; name: string };
  /** A one-time token; asked for again only when the one before opened nothing. */
  token(): Promise<string>;
  /** Where its standard input comes from; undefined for none. */
  stdin: Readable | undefined;
  output(stream: "stdout" | "stderr", bytes: Uint8Array, taken: () => void): void;
}

export class RemoteCommand {
  readonly #options: RemoteCommandOptions;
  readonly #session: ExecSession;
  readonly #pump: InputPump | undefined;
  readonly #sockets = new Set<WebSocket>();
  /** Of what is waited for now: of a connection, and of a machine that is connected but silent. */
  #patience: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #hasAnswered = false;
  #finish!: (outcome: Outcome) => void;
  readonly #finished = new Promise<Outcome>((resolve) => {
    this.#finish = resolve;
  });

  constructor(options: RemoteCommandOptions) {
    const { operator, node, token, stdin, output } = options;
    this.#options = options;
    this.#session = new ExecSession(
      {
        target: { baseUrl: operator.server, orgId: operator.orgId, machineId: node.id },
        accessToken: operator.accessToken,
        createSession: token,
        dial: (url, protocols) => this.#dial(url, protocols),
        status: (session_id, reattach_token) =>
          operator.api.act(shellApi, "session_status", { org_id: operator.orgId, session_id, reattach_token }),
      },
      {
        state: (state) => this.#onState(state),
        output,
        machineAnswers: (doesAnswer) => this.#onAnswer(doesAnswer),
        inputTaken: () => this.#pump?.pump(),
        lost: (reason) => void this.#abandon({ status: 255, message: `Of the command on '${node.name}', ${reason}` }),
      },
    );
    this.#pump = stdin && new InputPump(stdin, this.#session);
  }

  async run(): Promise<Outcome> {
    this.#waitNoLonger("The connection could not be opened");
    this.#session.start();
    this.#pump?.start();
    const outcome = await this.#finished;
    clearTimeout(this.#patience);
    clearTimeout(this.#silence);
    this.#pump?.stop();
    this.#session.close();
    setTimeout(() => {
      for (const socket of this.#sockets) socket.terminate();
    }, GOODBYE_MS).unref();
    return outcome;
  }

  /** Sends it a signal, by number. */
  signal(number: number): void {
    this.#session.signal(number);
  }

  /** Ends it, without waiting for it. */
  interrupt(): void {
    void this.#abandon({ status: INTERRUPTED, message: undefined });
  }

  async #abandon(outcome: Outcome): Promise<void> {
    const { operator } = this.#options;
    const { sessionId } = this.#session;
    if (sessionId !== undefined) {
      const ended = operator.api.act(shellApi, "end_session", { org_id: operator.orgId, session_id: sessionId });
      // The machine ends it by itself when nobody comes back.
      await Promise.race([ended.catch(() => {}), new Promise((resolve) => setTimeout(resolve, GOODBYE_MS))]);
    }
    this.#finish(outcome);
  }

  #onState(state: SessionState): void {
    if (state.state === "connected") {
      clearTimeout(this.#patience);
      this.#patience = undefined;
      return this.#pump?.pump();
    }
    if (state.state === "reconnecting") this.#waitNoLonger(state.reason);
    if (state.state === "waiting") this.#waitNoLonger("the machine does not answer");
    const outcome = outcomeOf(state);
    if (outcome) this.#finish(this.#named(state, outcome));
  }

  #named(state: SessionState, outcome: Outcome): Outcome {
    const { name } = this.#options.node;
    const isLate = state.state === "ended" && state.exit?.code === "COMMAND_TIMEOUT";
    if (isLate) return { ...outcome, message: `The command on '${name}' ${outcome.message}.` };
    return outcome;
  }

  #onAnswer(doesAnswer: boolean): void {
    clearTimeout(this.#silence);
    // Not known yet is not the same as silent.
    const wasKnown = this.#hasAnswered;
    this.#hasAnswered ||= doesAnswer;
    if (!doesAnswer && wasKnown && this.#session.state.state === "connected") {
      this.#silence = setTimeout(() => this.#giveUp("the machine does not answer"), SILENT_AFTER_MS);
    }
  }

  #waitNoLonger(why: string): void {
    this.#patience ??= setTimeout(() => this.#giveUp(why), LOST_AFTER_MS);
  }

  #giveUp(why: string): void {
    const { name } = this.#options.node;
    const message = `The connection to '${name}' is lost: ${why}. If the command still runs there, it is ended within a minute.`;
    void this.#abandon({ status: 255, message });
  }

  #dial(url: string, protocols: string[]): WebSocket {
    const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    return socket;
  }
}
