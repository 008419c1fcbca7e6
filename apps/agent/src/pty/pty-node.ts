/**
 * A Pty over node-pty's native binding, for Linux and macOS.
 *
 * node-pty itself loses the end of the output (libuv takes the hang-up of a terminal for its end while the kernel still
 * holds bytes), blocks the event loop on a large paste, and hands every open terminal to the next child. So this file
 * takes only `open` and `resize` from it. Owner of these invariants:
 *
 * - The slave side stays open here until the end, so no hang-up reaches the master before everything is read.
 * - After the program has ended the master is read until empty; only then are both sides closed and the exit told.
 * - The master is used only while `#reader` is not destroyed; afterwards its number may belong to something else.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fchownSync, constants as fsConstants, openSync, readSync, writeSync } from "node:fs";
import type { ConnectOpts, SocketConstructorOpts } from "node:net";
import { constants as osConstants } from "node:os";
import { ReadStream } from "node:tty";
import { childStdio, forgetDescriptor, hideFromChildren } from "./child-stdio.ts";
import { findExecutable, isDirectory } from "./find-executable.ts";
import { type NativeBinding, nativeBinding } from "./native-binding.ts";
import {
  HANGUP_GRACE_MS,
  type Pty,
  type PtyExit,
  type PtySize,
  PtySpawnError,
  type SpawnPty,
  type SpawnPtyOptions,
} from "./pty.ts";
import { SessionProcesses } from "./session-processes.ts";
import { startTimer } from "./start-timer.ts";
import { WriteQueue } from "./write-queue.ts";

/**
 * Linux gives at most 4 KiB per read. The rest of a flood is left to the next turn of the event loop: reading on at once
 * carries no more bytes per second, and lets an echo on another terminal wait 0.4 ms instead of 0.1.
 */
const READ_BUFFER_BYTES = 16 * 1024;

/** Far more than the kernel holds for one terminal (25 KiB on Linux 6.18), so what is beyond came after the end. */
const MAX_UNREAD_AT_EXIT_BYTES = 1024 * 1024;

/** Largest value of the kernel's `unsigned short` in struct winsize. */
const MAX_CELLS = 65_535;

/**
 * Makes the terminal its own: the leader of a session without a controlling terminal gets the first one it opens. Then
 * tells the line discipline that a character may be several bytes, so that erasing takes a whole one; and becomes the
 * program. Nothing is interpolated: the terminal, the program and its arguments are the script's arguments.
 */
const TAKE_TERMINAL = 'exec <>"$1" >&0 2>&0; shift; command -p stty iutf8 2>/dev/null; exec "$@"';

/** See SpawnPty. Throws RangeError or TypeError for options that no machine could serve. */
export const spawnPty: SpawnPty = (options) => {
  checkSize(options);
  if (options.uid !== undefined && options.gid === undefined) {
    throw new TypeError("uid without gid would leave the program in the agent's own group");
  }
  const binding = nativeBinding();
  if (!isDirectory(options.cwd)) throw new PtySpawnError("FOLDER_NOT_FOUND", `There is no folder ${options.cwd}.`);
  const file = findExecutable({ file: options.file, cwd: options.cwd, path: options.env.PATH });

  const terminal = openTerminal(binding, options);
  try {
    const child = startProgram(terminal, file, options);
    return new NodePty({ terminal, child, binding, hangupGraceMs: options.hangupGraceMs ?? HANGUP_GRACE_MS });
  } catch (error) {
    closeSync(terminal.hold);
    closeSync(terminal.master);
    forgetDescriptor(terminal.master);
    throw error;
  }
};

type Terminal = {
  readonly master: number;
  /** The slave side, kept open so that the master never sees a hang-up. */
  readonly hold: number;
  readonly tty: string;
};

function openTerminal(binding: NativeBinding, { cols, rows }: PtySize): Terminal {
  const { master, slave, pty: tty } = openPair(binding, cols, rows);
  try {
    // Opened anew because the binding's own slave is non-blocking and would pass to every child.
    const hold = openSync(tty, fsConstants.O_RDWR | fsConstants.O_NOCTTY);
    hideFromChildren(master);
    return { master, hold, tty };
  } catch (cause) {
    closeSync(master);
    throw noTerminalFree(cause);
  } finally {
    closeSync(slave);
  }
}

function openPair(binding: NativeBinding, cols: number, rows: number): ReturnType<NativeBinding["open"]> {
  try {
    return binding.open(cols, rows);
  } catch (cause) {
    throw noTerminalFree(cause);
  }
}

function noTerminalFree(cause: unknown): PtySpawnError {
  return new PtySpawnError("NO_TERMINAL_FREE", "This machine has no terminal left to give.", { cause });
}

type StartedProcess = ChildProcess & { readonly pid: number };

function startProgram(terminal: Terminal, file: string, options: SpawnPtyOptions): StartedProcess {
  const { args, env, cwd, uid, gid } = options;
  try {
    // A terminal belongs to whoever opened it, and its user must be able to open it too.
    if (uid !== undefined) fchownSync(terminal.hold, uid, -1);
    const child = spawn("/bin/sh", ["-c", TAKE_TERMINAL, "sh", terminal.tty, file, ...args], {
      cwd,
      env,
      detached: true,
      stdio: childStdio(["ignore", "ignore", "ignore"]),
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    });
    // Of some failures Node tells only in an event, when there is nobody left to tell.
    child.once("error", () => {});
    if (isStarted(child)) return child;
  } catch (cause) {
    throw new PtySpawnError("SPAWN_REFUSED", `This machine refuses to start ${file}.`, { cause });
  }
  throw new PtySpawnError("SPAWN_REFUSED", `This machine refuses to start ${file}.`);
}

function isStarted(child: ChildProcess): child is StartedProcess {
  return child.pid !== undefined;
}

class NodePty implements Pty {
  readonly pid: number;
  readonly #terminal: Terminal;
  readonly #binding: NativeBinding;
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  readonly #reader: ReadStream;
  readonly #writes: WriteQueue;
  readonly #session: SessionProcesses;
  readonly #hangupGraceMs: number;
  #outputListener: ((bytes: Uint8Array) => void) | undefined;
  #exitListener: ((exit: PtyExit) => void) | undefined;
  #drainListener: (() => void) | undefined;
  #isPaused = false;
  #isHungUp = false;
  #isClosed = false;
  /** Set when the program has ended, which may be long before that is told. */
  #exit: PtyExit | undefined;
  #unreadAtExitBytes = MAX_UNREAD_AT_EXIT_BYTES;

  constructor(parts: {
    terminal: Terminal;
    child: StartedProcess;
    binding: NativeBinding;
    hangupGraceMs: number;
  }) {
    const { terminal, child } = parts;
    this.pid = child.pid;
    this.#terminal = terminal;
    this.#binding = parts.binding;
    this.#hangupGraceMs = parts.hangupGraceMs;
    this.#session = new SessionProcesses({ leaderPid: child.pid, tty: terminal.tty });
    this.#writes = new WriteQueue({
      tryWrite: (bytes) => (this.#reader.destroyed ? "closed" : tryWrite(terminal.master, bytes)),
      onDrain: () => this.#drainListener?.(),
      startTimer,
    });
    this.#reader = this.#openReader();
    child.once("exit", (exitCode, signal) => {
      this.#exit = { exitCode, signal: signal === null ? null : osConstants.signals[signal] };
      this.#session.leaderHasEnded();
      this.#writes.close();
      this.#finish();
    });
  }

  get pendingWriteBytes(): number {
    return this.#writes.pendingBytes;
  }

  onOutput(listener: (bytes: Uint8Array) => void): void {
    this.#outputListener = listener;
    this.#startReading();
  }

  onExit(listener: (exit: PtyExit) => void): void {
    const isTold = this.#exitListener !== undefined;
    this.#exitListener = listener;
    const exit = this.#exit;
    if (this.#isClosed && exit !== undefined && !isTold) queueMicrotask(() => listener(exit));
  }

  onDrain(listener: () => void): void {
    this.#drainListener = listener;
  }

  write(bytes: Uint8Array, onWritten?: () => void): void {
    this.#writes.write(bytes, onWritten);
  }

  pause(): void {
    this.#isPaused = true;
    this.#reader.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#startReading();
  }

  resize(size: PtySize): void {
    checkSize(size);
    if (!this.#reader.destroyed) this.#binding.resize(this.#terminal.master, size.cols, size.rows);
  }

  signal(name: NodeJS.Signals): void {
    this.#session.signalForeground(name);
  }

  hangup(): void {
    if (this.#isHungUp || this.#isClosed) return;
    this.#isHungUp = true;
    // What is paused may now be dropped, so an end that waited for the reader waits no longer.
    if (this.#exit === undefined) this.#session.end(this.#hangupGraceMs);
    else setImmediate(() => this.#finish());
  }

  get #isFlowing(): boolean {
    return !this.#isPaused && !this.#isClosed && this.#outputListener !== undefined;
  }

  #startReading(): void {
    if (!this.#isFlowing) return;
    // Not resume(), which starts reading a tick later even when pause() has been called since.
    if (this.#exit === undefined) this.#reader.read(0);
    else setImmediate(() => this.#finish());
  }

  #openReader(): ReadStream {
    // Types of Node 20 miss that a tty.ReadStream takes the same `onread` as a connection does.
    const options: SocketConstructorOpts & ConnectOpts = {
      onread: {
        buffer: this.#buffer,
        callback: (byteCount) => {
          this.#deliver(byteCount);
          return this.#isFlowing;
        },
      },
    };
    const reader = new ReadStream(this.#terminal.master, options);
    // While the slave is held open there is none to expect, and the end comes from the child process anyway.
    reader.on("error", () => {});
    return reader;
  }

  #deliver(byteCount: number): void {
    this.#outputListener?.(this.#buffer.subarray(0, byteCount));
  }

  /** Reads until the terminal is empty or the buffer full; returns the number of bytes read. */
  #fillBuffer(): number {
    let filledBytes = 0;
    while (filledBytes < READ_BUFFER_BYTES && !this.#reader.destroyed) {
      const readBytes = tryRead(this.#terminal.master, this.#buffer, filledBytes);
      if (readBytes === 0) break;
      filledBytes += readBytes;
    }
    return filledBytes;
  }

  /** Once the program has ended: delivers what the kernel still holds, as far as the reader lets it, then the exit. */
  #finish(): void {
    const exit = this.#exit;
    if (exit === undefined || this.#isClosed) return;
    let isEmpty = false;
    while (this.#isFlowing && !isEmpty) {
      const filledBytes = this.#fillBuffer();
      this.#unreadAtExitBytes -= filledBytes;
      isEmpty = filledBytes === 0 || this.#unreadAtExitBytes <= 0;
      if (filledBytes > 0) this.#deliver(filledBytes);
    }
    if (!isEmpty && !this.#isHungUp) return;
    this.#close();
    this.#exitListener?.(exit);
  }

  #close(): void {
    this.#isClosed = true;
    this.#reader.destroy();
    closeSync(this.#terminal.hold);
    forgetDescriptor(this.#terminal.master);
  }
}

/** The number of bytes the terminal took, 0 when it is full. */
function tryWrite(master: number, bytes: Uint8Array): number | "closed" {
  try {
    return writeSync(master, bytes);
  } catch (error) {
    return isEagain(error) ? 0 : "closed";
  }
}

/** The number of bytes read, 0 when there are none now. Any other failure means there will be none at all. */
function tryRead(master: number, buffer: Buffer, offset: number): number {
  try {
    return readSync(master, buffer, offset, buffer.length - offset, null);
  } catch {
    return 0;
  }
}

function isEagain(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EAGAIN";
}

function checkSize({ cols, rows }: PtySize): void {
  for (const cells of [cols, rows]) {
    if (!Number.isInteger(cells) || cells < 1 || cells > MAX_CELLS) {
      throw new RangeError(`a terminal cannot have ${cols} columns and ${rows} rows`);
    }
  }
}
