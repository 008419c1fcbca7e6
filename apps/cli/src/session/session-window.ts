import { type SessionState, TerminalSession, type TerminalSessionEvents } from "@sallyport/client";
import { type Attached, ERRORS, shellApi } from "@sallyport/protocol";
import { WebSocket } from "ws";
import { ask } from "../output/ask.ts";
import { say } from "../output/say.ts";
import type { Operator } from "../signed-in.ts";
import { EscapeKeys, type KeyAction, noEscapeKeys } from "./escape-keys.ts";
import { InputFeeder } from "./input-feeder.ts";
import { LocalTerminal } from "./local-terminal.ts";
import { Notes } from "./notes.ts";
import { OldOutput } from "./old-output.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { PredictedEcho } from "./predicted-echo.ts";
import { Screen } from "./screen.ts";
import { statusLine } from "./session-status.ts";

export interface SessionWindowOptions {
  operator: Operator;
  machineId: string;
  /** Goes on with this session; otherwise a new one is opened. */
  resume?: { sessionId: string; have?: number; takeOver: boolean } | undefined;
  predict: boolean;
  /** Shown when it is connected first, and when its program has ended. */
  words?: { greeting: string; farewell: string } | undefined;
}

/** How long somebody who was never connected waits for a connection. */
const FIRST_CONNECT_MS = 15_000;
/** What a peer that does not answer our goodbye is given. */
const GOODBYE_MS = 1_000;
const END_OF_INPUT = 0x04;
const HELP = "[Ctrl-] then d detach | k end | r reconnect | Ctrl-] type it | other key: both]";
const DETACHED: Outcome = { status: 0, message: undefined };

const shortId = (id: string): string => id.slice(0, 8);

/**
 * One session in this terminal, from its opening until it ends or is left.
 *
 * Invariants: it ends once; from then on nothing is written and the terminal is as it was.
 */
export class SessionWindow {
  readonly #options: SessionWindowOptions;
  readonly #terminal = new LocalTerminal();
  readonly #screen = new Screen(this.#terminal);
  readonly #notes = new Notes(this.#screen, () => this.#breakLine());
  readonly #session: TerminalSession;
  readonly #echo: PredictedEcho | undefined;
  readonly #keys: { feed(bytes: Uint8Array): KeyAction[] };
  readonly #feeder: InputFeeder;
  readonly #onInput = (bytes: Uint8Array) => this.#onKeys(bytes);
  /** A pipe that ends says what a person says with Ctrl-D. */
  readonly #onInputEnd = () => this.#feeder.feed(Uint8Array.of(END_OF_INPUT));
  readonly #sockets = new Set<WebSocket>();
  #old = new OldOutput(0);
  #hasBeenConnected = false;
  #waitingBytes = 0;
  #endedByUs = false;
  #patience: NodeJS.Timeout | undefined;
  #finish!: (outcome: Outcome) => void;
  readonly #finished = new Promise<Outcome>((resolve) => {
    this.#finish = (outcome) => {
      this.#isFinished = true;
      resolve(outcome);
    };
  });
  #isFinished = false;

  constructor(options: SessionWindowOptions) {
    this.#options = options;
    const { isInteractive } = this.#terminal;
    this.#session = new TerminalSession(this.#sessionOptions(), this.#events());
    this.#keys = isInteractive ? new EscapeKeys() : noEscapeKeys;
    if (options.predict && isInteractive) {
      this.#echo = new PredictedEcho(this.#terminal, this.#screen.model);
      this.#screen.predictWith(this.#echo);
    }
    this.#feeder = new InputFeeder({
      type: (bytes) => this.#type(bytes),
      mayWait: () => !isInteractive || this.#session.state.state === "connected",
      pause: () => process.stdin.pause(),
      resume: () => process.stdin.resume(),
      dropped: () => this.#terminal.draw("\x07"),
    });
  }

  /** Returns how it ended; the terminal is as it was before then. */
  async run(): Promise<Outcome> {
    const { size } = this.#terminal;
    this.#session.resize(size);
    const onResize = () => {
      this.#screen.resized();
      this.#session.resize(this.#terminal.size);
    };
    process.stdout.on("resize", onResize);
    // A reader that went away, as with `| head`.
    process.stdout.on("error", () => this.#finish(DETACHED));
    if (this.#terminal.isInteractive)
      say("Ctrl-] then d detaches and leaves the session running; Ctrl-] then ? for more.");
    else process.stdin.on("data", this.#onInput).once("end", this.#onInputEnd);
    this.#patience = setTimeout(() => this.#giveUp(), FIRST_CONNECT_MS);
    this.#session.start();
    const outcome = await this.#finished;
    process.stdout.off("resize", onResize);
    process.stdin.off("data", this.#onInput).off("end", this.#onInputEnd).pause();
    this.#leave();
    return outcome;
  }

  #leave(): void {
    clearTimeout(this.#patience);
    this.#notes.forget();
    this.#feeder.end();
    this.#session.close();
    this.#screen.end();
    this.#terminal.leave();
    // A program that ended has left a line of its own; somebody who leaves it does so in the middle of one.
    const hasEnded = this.#session.state.state === "ended";
    if (this.#hasBeenConnected && !hasEnded) this.#terminal.draw("\n");
    if (this.#hasBeenConnected && hasEnded && this.#options.words)
      process.stdout.write(`${this.#options.words.farewell}\n`);
    process.stdin.unref?.();
    setTimeout(() => {
      for (const socket of this.#sockets) socket.terminate();
    }, GOODBYE_MS).unref();
  }

  #sessionOptions(): ConstructorParameters<typeof TerminalSession>[0] {
    const { operator, machineId, resume } = this.#options;
    const { api, orgId, server, accessToken } = operator;
    return {
      target: { baseUrl: server, orgId, machineId },
      size: this.#terminal.size,
      resume,
      accessToken,
      dial: (url, protocols) => this.#dial(url, protocols),
      createSession: async () =>
        (await api.act(shellApi, "create_session", { org_id: orgId, machine_id: machineId })).token,
      status: (session_id, reattach_token) =>
        api.act(shellApi, "session_status", { org_id: orgId, session_id, reattach_token }),
    };
  }

  #dial(url: string, protocols: string[]): WebSocket {
    const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    return socket;
  }

  #events(): TerminalSessionEvents {
    return {
      state: (state) => void this.#onState(state),
      reset: () => this.#onReset(),
      output: (bytes) => this.#onOutput(bytes),
      gap: ({ from, to }) => this.#say(`${to - from} bytes of output are kept no more`),
      attached: (attached) => this.#onAttached(attached),
      pendingInput: ({ bytes }) => {
        this.#waitingBytes = bytes;
      },
      inputDropped: (byteCount) => this.#say(`${byteCount} typed bytes may not have arrived`),
      notice: () => {},
      latency: ({ controlPlaneMs, machineMs }) => this.#echo?.latency(controlPlaneMs + (machineMs ?? 0)),
    };
  }

  async #onState(state: SessionState): Promise<void> {
    const outcome = outcomeOf(state, { endedByUs: this.#endedByUs });
    if (outcome) return this.#finish(this.#withWayBack(state, outcome));
    if (state.state === "connected") return this.#connected();
    if (state.state === "elsewhere") return this.#elsewhere();
    if (this.#hasBeenConnected && this.#terminal.isInteractive) this.#notes.breakBegan();
  }

  #connected(): void {
    clearTimeout(this.#patience);
    if (!this.#hasBeenConnected) {
      this.#hasBeenConnected = true;
      if (this.#options.words) process.stdout.write(this.#options.words.greeting);
      this.#terminal.enter();
      // A question that was asked before has paused it.
      if (this.#terminal.isInteractive) process.stdin.on("data", this.#onInput).resume();
    }
    this.#notes.breakIsOver();
  }

  async #elsewhere(): Promise<void> {
    clearTimeout(this.#patience);
    const { SESSION_ATTACHED } = ERRORS;
    const message = `${SESSION_ATTACHED.message({})} (--take-over)`;
    if (!this.#terminal.isInteractive) return this.#finish({ status: SESSION_ATTACHED.exit, message });
    if (await ask("The session is open in another window. Take it over?")) this.#session.takeOver();
    else this.#finish({ status: SESSION_ATTACHED.exit, message: undefined });
  }

  /** Nobody was there to connect to; once connected, it is tried for ever. */
  #giveUp(): void {
    const { state } = this.#session;
    if (state.state === "waiting") return;
    const why = state.state === "reconnecting" ? state.reason : "The connection could not be opened";
    this.#finish({ status: 255, message: why });
  }

  #onReset(): void {
    this.#notes.forget();
    // A new session has an empty screen. It begins below what the person has on his, as other commands do.
    if (this.#hasBeenConnected || this.#options.resume) this.#screen.clear();
  }

  #onAttached({ start, end, screen }: Attached): void {
    // A screen asks nothing; output that is shown again does.
    this.#old = new OldOutput(screen ? 0 : end - start);
  }

  #onOutput(bytes: Uint8Array): void {
    const shown = this.#old.isOver ? bytes : this.#old.filter(bytes);
    this.#screen.output(shown, () => this.#session.drawn(bytes.length));
  }

  #onKeys(bytes: Uint8Array): void {
    this.#notes.keyPressed();
    for (const action of this.#keys.feed(bytes)) this.#act(action);
  }

  #act(action: KeyAction): void {
    switch (action.do) {
      case "type":
        return this.#feeder.feed(action.bytes);
      case "detach":
        return this.#finish(this.#withWayBack(this.#session.state, { status: 0, message: "Detached" }));
      case "retry":
        return this.#session.retryNow();
      case "help":
        return this.#notes.tell(HELP);
      case "ask":
        return this.#notes.ask("[End the session and the programs that run in it? y/N]");
      case "keep":
        return this.#notes.hide();
      case "kill":
        this.#notes.hide();
        return void this.#kill();
      default:
        action satisfies never;
    }
  }

  #type(bytes: Uint8Array): number {
    const accepted = this.#session.type(bytes);
    this.#echo?.typed(bytes.subarray(0, accepted));
    return accepted;
  }

  async #kill(): Promise<void> {
    const { sessionId } = this.#session;
    if (sessionId === undefined) return this.#finish(DETACHED);
    const { api, orgId } = this.#options.operator;
    this.#endedByUs = true;
    try {
      await api.act(shellApi, "end_session", { org_id: orgId, session_id: sessionId });
      this.#finish({ status: 0, message: "The session was ended." });
    } catch (error) {
      this.#endedByUs = false;
      this.#say(error instanceof Error ? error.message : "The session could not be ended");
    }
  }

  /** The session goes on without this window: how to come back to it. */
  #withWayBack(state: SessionState, { status, message }: Outcome): Outcome {
    const isOver = state.state === "ended" || (state.state === "refused" && state.code !== "UNAUTHORIZED");
    if (isOver || this.#session.sessionId === undefined) return { status, message };
    const option = state.state === "taken_over" ? " --take-over" : "";
    const way = `The session goes on; come back with: gatekey-admin session attach ${shortId(this.#session.sessionId)}${option}`;
    return { status, message: `${message}. ${way}` };
  }

  /** A line for a person, shown for a while; a script reads it on standard error. */
  #say(text: string): void {
    if (this.#isFinished) return;
    if (this.#terminal.isInteractive && this.#hasBeenConnected) this.#notes.tell(`[${text}]`);
    else say(text);
  }

  #breakLine(): string | undefined {
    return statusLine(this.#session.state, { now: Date.now(), waitingBytes: this.#waitingBytes });
  }
}
