/**
 * One command on one node, from its token to its end.
 *
 * Invariants: it ends once; its output is passed on before that; when it cannot be seen for too long it is given up, and
 * said to be.
 */
import type { Readable } from "node:stream";
import { ExecSession, type SessionState } from "@sallyport/client";
import { EXEC_GRACE_SECONDS, shellApi } from "@sallyport/protocol";
import { WebSocket } from "ws";
import { type Outcome, outcomeOf } from "../session/outcome.ts";
import type { Operator } from "../signed-in.ts";
import { InputPump } from "./input-pump.ts";

/** For a control plane that is away: longer than any restart takes, and as long as the machine keeps the command. */
const AWAY_AFTER_MS = EXEC_GRACE_SECONDS * 1_000;
/** For a first connection, and for a machine that is not linked: below what somebody waits before a terminal. */
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
  /** It runs, or is seen again. */
  connected?(): void;
}

export class RemoteCommand {
  readonly #options: RemoteCommandOptions;
  readonly #session: ExecSession;
  readonly #pump: InputPump | undefined;
  readonly #sockets = new Set<WebSocket>();
  /** Of what is waited for now: of a connection, and of a machine that is connected but silent. */
  #patience: { ms: number; timer: NodeJS.Timeout } | undefined;
  #silence: NodeJS.Timeout | undefined;
  #hasConnected = false;
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
        lost: (reason) =>
          this.#interruptUnlessOver({ status: 255, message: `Of the command on '${node.name}', ${reason}` }),
      },
    );
    this.#pump = stdin && new InputPump(stdin, this.#session);
  }

  async run(): Promise<Outcome> {
    this.#waitFor(LOST_AFTER_MS, "the connection could not be opened");
    this.#session.start();
    this.#pump?.start();
    const outcome = await this.#finished;
    clearTimeout(this.#patience?.timer);
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
  interrupt(outcome: Outcome = { status: INTERRUPTED, message: undefined }): void {
    void this.#abandon(outcome);
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
      clearTimeout(this.#patience?.timer);
      this.#patience = undefined;
      this.#hasConnected = true;
      this.#options.connected?.();
      return this.#pump?.pump();
    }
    if (state.state === "reconnecting" && this.#hasConnected)
      this.#waitFor(AWAY_AFTER_MS, "the control plane does not answer");
    if (state.state === "waiting") this.#waitFor(LOST_AFTER_MS, "the machine does not answer");
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

  /** From the beginning of each state: one that comes again, as tries go on, does not begin anew. */
  #waitFor(ms: number, why: string): void {
    if (this.#patience?.ms === ms) return;
    clearTimeout(this.#patience?.timer);
    this.#patience = { ms, timer: setTimeout(() => this.#giveUp(why), ms) };
  }

  /** What was typed and not read when the command ended is nobody's loss. */
  #interruptUnlessOver(outcome: Outcome): void {
    if (!["ended", "refused"].includes(this.#session.state.state)) void this.#abandon(outcome);
  }

  #giveUp(why: string): void {
    const { name } = this.#options.node;
    const message = this.#hasConnected
      ? `The connection to '${name}' is lost: ${why}. If the command still runs there, it is ended within a minute.`
      : `'${name}' does not answer: ${why}. Nothing was run.`;
    void this.#abandon({ status: 255, message });
  }

  #dial(url: string, protocols: string[]): WebSocket {
    const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    return socket;
  }
}
