/**
 * A session without a terminal: lines from a pipe, one command after the other in one remote shell, written down as the
 * document shows an interactive session (GK-035 to GK-040).
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { type ExecNode, ExecRun } from "../exec/exec-run.ts";
import { forwardSignals } from "../exec/forward-signals.ts";
import { RemoteCommand } from "../exec/remote-command.ts";
import { say } from "../output/say.ts";
import type { Operator } from "../signed-in.ts";
import { EndMarkers, lineScript } from "./line-script.ts";
import type { Outcome } from "./outcome.ts";

/** Between the signal that ends a command that takes too long and the end of its whole shell. */
const KILL_AFTER_MS = 2_000;
const NEWLINE = 0x0a;
/** `exit 3` ends with that status. */
const GOODBYE = /^\s*(?:exit|quit)(?:\s+(\d{1,3}))?\s*$/;

export interface LineModeOptions {
  operator: Operator;
  node: ExecNode;
  /** A command that takes longer is ended; null: none is. */
  timeoutSeconds: number | null;
}

export class LineMode {
  readonly #options: LineModeOptions;
  readonly #lines = new PassThrough();
  readonly #remote: RemoteCommand;
  #status = 0;
  /** The last byte that was shown, to end a line that a command left open. */
  #lastByte = NEWLINE;
  #onEnded: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #onConnected!: () => void;
  readonly #connected = new Promise<void>((resolve) => {
    this.#onConnected = resolve;
  });

  constructor(options: LineModeOptions) {
    const { operator, node } = options;
    this.#options = options;
    const nonce = randomBytes(16).toString("hex");
    const command = { command: lineScript(nonce), timeoutSeconds: null, stdin: true, lines: true };
    const run = new ExecRun(operator, command, [node], 1);
    const markers = { stdout: new EndMarkers(nonce), stderr: new EndMarkers(nonce) };
    let ends = 0;
    this.#remote = new RemoteCommand({
      operator,
      node,
      token: () => run.token(node),
      stdin: this.#lines,
      connected: () => this.#onConnected(),
      output: (stream, bytes, taken) => {
        let waiting = 1;
        const done = () => {
          waiting -= 1;
          if (waiting === 0) taken();
        };
        markers[stream].feed(bytes, {
          output: (own) => {
            waiting += 1;
            this.#lastByte = own.at(-1) ?? this.#lastByte;
            process[stream].write(own, () => done());
          },
          ended: (status) => {
            this.#status = status;
            ends += 1;
            if (ends % 2 === 0) this.#onEnded?.();
          },
        });
        done();
      },
    });
  }

  /** Returns how it ended: with the status of the last command, or that of `exit`. */
  async run(greeting: string, farewell: string): Promise<Outcome> {
    const stopForwarding = forwardSignals({
      signal: (name) => this.#remote.signal(constants.signals[name]),
      interrupt: () => this.#remote.interrupt(),
    });
    const over = this.#remote.run();
    const isOver = over.then(() => "over" as const);
    if ((await Promise.race([this.#connected, isOver])) === "over") return over.finally(stopForwarding);
    process.stdout.write(greeting);
    let asked: number | undefined;
    let hasEndedEarly = false;
    for await (const line of createInterface({ input: process.stdin })) {
      process.stdout.write(`$ ${line}\n`);
      const goodbye = GOODBYE.exec(line);
      if (goodbye) {
        asked = goodbye[1] === undefined ? this.#status : Number(goodbye[1]) & 0xff;
        break;
      }
      hasEndedEarly = (await Promise.race([this.#execute(line), isOver])) === "over";
      if (hasEndedEarly) break;
    }
    clearTimeout(this.#timer);
    process.stdin.destroy();
    this.#lines.end();
    process.stdout.write(`${farewell}\n`);
    const outcome = await over.finally(stopForwarding);
    if (outcome.status !== 0) return outcome;
    // The shell itself ends well when its input does; what counts is what was run in it, and that it was.
    if (hasEndedEarly) return { status: 1, message: "The shell ended before its input did; the rest was not run" };
    return { ...outcome, status: asked ?? this.#status };
  }

  async #execute(line: string): Promise<void> {
    this.#startTimer();
    const ended = new Promise<void>((resolve) => {
      this.#onEnded = resolve;
    });
    this.#lines.write(`${line}\n`);
    await ended;
    clearTimeout(this.#timer);
    // An empty line after each command, and none of its own left open.
    process.stdout.write(this.#lastByte === NEWLINE ? "\n" : "\n\n");
    this.#lastByte = NEWLINE;
  }

  #startTimer(): void {
    const { node, timeoutSeconds } = this.#options;
    if (timeoutSeconds === null) return;
    this.#timer = setTimeout(() => {
      say(`The command on '${node.name}' timed out after ${timeoutSeconds} second${timeoutSeconds === 1 ? "" : "s"}.`);
      this.#remote.signal(constants.signals.SIGTERM);
      this.#timer = setTimeout(() => this.#remote.signal(constants.signals.SIGKILL), KILL_AFTER_MS);
    }, timeoutSeconds * 1_000);
  }
}
