/**
 * One command on pipes, as the program of a session: what it writes becomes records, and the records that come in are
 * its standard input and signals.
 *
 * Invariants: output is complete and in order per stream, and the exit comes after it; nothing is read while paused;
 * what the command does not read waits in its pipe and in `pendingWriteBytes`, what it will never read is let go of;
 * `hangup` ends every process of its session.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { constants } from "node:os";
import {
  EXEC_KILL_AFTER_MS,
  ExecInput,
  ExecOutput,
  RECORD_HEADER_BYTES,
  RecordReader,
  writeRecordHeader,
} from "@sallyport/protocol";
import type { Program } from "../host/program.ts";
import { childStdio } from "../pty/child-stdio.ts";
import type { PtyExit } from "../pty/pty.ts";
import { SessionProcesses } from "../pty/session-processes.ts";
import { openPipes, type ProgramPipes } from "./open-pipes.ts";
import { PipeReader } from "./pipe-reader.ts";
import { OutputRecorder } from "./recorded-output.ts";
import { StdinPipe } from "./stdin-pipe.ts";

/** What a command left running in the background may keep its pipes for ever; so long they may be silent after its end. */
const SILENCE_AFTER_EXIT_MS = 250;

/** How often what was hung up is looked at, until nothing of it is left. */
const LOOK_AGAIN_MS = 50;

const SIGNAL_NAMES = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals]),
);

export interface ExecOptions {
  file: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  stdin: boolean;
  /** How much of its output `recorded` returns; 0 for none. */
  recordedBytes: number;
  /** Told when it has ended, before its exit is. */
  ended(): void;
}

/** @throws Error when the machine cannot start it */
export function spawnExec(options: ExecOptions): Program {
  const pipes = openPipes(options);
  const { file, args, cwd, env } = options;
  try {
    const child = spawn(file, args, {
      cwd,
      env,
      // A session of its own, so that all of it can be signalled, and nothing of ours.
      detached: true,
      stdio: childStdio([pipes.stdin?.child ?? "ignore", pipes.stdout.child, pipes.stderr.child]),
    });
    // Of some failures Node tells only in an event, when there is nobody left to tell.
    child.once("error", () => {});
    if (child.pid === undefined) throw new Error(`This machine refuses to start ${file}.`);
    return new ExecProgram(child as ChildProcess & { pid: number }, pipes, options);
  } catch (error) {
    for (const pipe of [pipes.stdin, pipes.stdout, pipes.stderr]) if (pipe) closeSync(pipe.ours);
    throw error;
  } finally {
    for (const pipe of [pipes.stdin, pipes.stdout, pipes.stderr]) if (pipe) closeSync(pipe.child);
  }
}

class ExecProgram implements Program {
  readonly pid: number;
  readonly #processes: SessionProcesses;
  readonly #recorder: OutputRecorder | undefined;
  readonly #ended: () => void;
  readonly #stdin: StdinPipe | undefined;
  readonly #readers: PipeReader[];
  readonly #records = new RecordReader(ExecInput);
  #outputListener: ((bytes: Uint8Array) => void) | undefined;
  #exitListener: ((exit: PtyExit) => void) | undefined;
  #isPaused = false;
  #isHungUp = false;
  #isClosed = false;
  #exit: PtyExit | undefined;
  #silence: NodeJS.Timeout | undefined;
  #leftovers: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess & { pid: number }, pipes: ProgramPipes, { recordedBytes, ended }: ExecOptions) {
    this.pid = child.pid;
    this.#processes = new SessionProcesses({ leaderPid: child.pid, tty: "" });
    this.#recorder = recordedBytes > 0 ? new OutputRecorder(recordedBytes) : undefined;
    this.#ended = ended;
    this.#stdin = pipes.stdin && new StdinPipe(pipes.stdin.ours);
    const reader = (fd: number, kind: ExecOutput) =>
      new PipeReader(fd, { output: (bytes) => this.#deliver(kind, bytes), over: () => this.#finish() });
    this.#readers = [reader(pipes.stdout.ours, ExecOutput.stdout), reader(pipes.stderr.ours, ExecOutput.stderr)];
    child.once("exit", (exitCode, signal) => {
      this.#exit = { exitCode, signal: signal === null ? null : constants.signals[signal] };
      this.#processes.leaderHasEnded();
      this.#stdin?.close();
      this.#awaitSilence();
      this.#finish();
    });
  }

  get pendingWriteBytes(): number {
    return this.#stdin?.waitingBytes ?? 0;
  }

  recorded() {
    return this.#recorder?.result();
  }

  onOutput(listener: (bytes: Uint8Array) => void): void {
    this.#outputListener = listener;
    if (!this.#isPaused) this.resume();
  }

  onExit(listener: (exit: PtyExit) => void): void {
    this.#exitListener = listener;
  }

  /** Nonsense instead of records ends the command: nobody knows what its sender wants. */
  write(bytes: Uint8Array, onWritten: () => void = () => {}): void {
    let pending = 1;
    const done = () => {
      pending -= 1;
      if (pending === 0) onWritten();
    };
    const areRecords = this.#records.read(bytes, (kind, piece) => {
      if (kind === ExecInput.signal) return this.#signal(piece[0]);
      if (kind === ExecInput.end) return this.#stdin?.end();
      if (!this.#stdin) return;
      pending += 1;
      this.#stdin.write(piece, done);
    });
    done();
    if (!areRecords) this.hangup();
  }

  pause(): void {
    this.#isPaused = true;
    this.#awaitSilence();
    for (const reader of this.#readers) reader.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#outputListener === undefined) return;
    for (const reader of this.#readers) if (!reader.isOver) reader.resume();
    this.#awaitSilence();
  }

  resize(): void {}

  hangup(): void {
    if (this.#isHungUp || this.#isClosed) return;
    this.#isHungUp = true;
    this.#processes.end(EXEC_KILL_AFTER_MS);
    this.#finish();
  }

  #signal(number = 0): void {
    const name = SIGNAL_NAMES.get(number);
    if (name !== undefined) this.#processes.signalForeground(name);
  }

  #deliver(kind: ExecOutput, bytes: Uint8Array): void {
    this.#recorder?.write(kind, bytes);
    const record = Buffer.allocUnsafe(RECORD_HEADER_BYTES + bytes.length);
    writeRecordHeader(record, kind, bytes.length);
    record.set(bytes, RECORD_HEADER_BYTES);
    this.#awaitSilence();
    this.#outputListener?.(record);
  }

  #awaitSilence(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
    if (this.#exit === undefined || this.#isPaused || this.#isClosed || this.#isHungUp) return;
    const silence = setTimeout(() => {
      // Where this process stood still meanwhile, the pipes were not looked at: they are before this.
      setImmediate(() => this.#silence === silence && this.#close());
    }, SILENCE_AFTER_EXIT_MS);
    this.#silence = silence;
  }

  /** It is over when it has ended and its pipes have; or, hung up, when nothing of it is left. */
  #finish(): void {
    if (this.#exit === undefined || this.#isClosed) return;
    if (!this.#isHungUp) {
      if (this.#readers.every(({ isOver }) => isOver)) this.#close();
    } else if (this.#processes.isEmpty) this.#close();
    else this.#leftovers ??= setInterval(() => this.#finish(), LOOK_AGAIN_MS);
  }

  #close(): void {
    if (this.#isClosed || this.#exit === undefined) return;
    this.#isClosed = true;
    clearTimeout(this.#silence);
    clearInterval(this.#leftovers);
    for (const reader of this.#readers) reader.close();
    this.#ended();
    this.#exitListener?.(this.#exit);
  }
}
