/**
 * What a pseudo-terminal is to the agent. Every implementation keeps these promises:
 *
 * - Output is raw bytes, complete and in order; nothing here decodes or rewrites it.
 * - Nobody is told of the end before the last byte: `onExit` comes exactly once, after all output up to the program's
 *   end, also when it ended while paused (the rest follows `resume`, and only then the exit).
 * - `pause` stops reading, so the kernel's buffer fills and the program waits; nothing piles up in this process.
 * - Input never blocks and is never cut: what the terminal cannot take yet waits here, in order, and is counted.
 * - Other children of this process never inherit a terminal's descriptors (see child-stdio.ts).
 *
 * The end means the end of the program that was spawned. What it left running in the background may live on, as with
 * ssh, but its later output goes nowhere. `hangup` is the stronger end: it takes the whole session along.
 */

export type PtySize = { readonly cols: number; readonly rows: number };

/** One of the two is a number, the other null: the status it returned, or the number of the signal that killed it. */
export type PtyExit = { readonly exitCode: number | null; readonly signal: number | null };

export type SpawnPtyOptions = PtySize & {
  /** A path, absolute or relative to cwd, or a name to look up in env.PATH. */
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment; nothing of the agent's own is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Runs the program as this user, in no group but gid. Needs gid as well, and an agent that runs as root. */
  readonly uid?: number;
  readonly gid?: number;
  /** How long a program may live on after the SIGHUP of `hangup`; HANGUP_GRACE_MS unless given. */
  readonly hangupGraceMs?: number;
};

/** Starts a program as the leader of a new session on a new terminal. Throws PtySpawnError when that cannot be. */
export type SpawnPty = (options: SpawnPtyOptions) => Pty;

export interface Pty {
  readonly pid: number;

  /**
   * Until there is a listener, output waits in the kernel. There is one listener; a later call replaces it. The bytes are
   * the next read's when the call returns: who keeps them copies them.
   */
  onOutput(listener: (bytes: Uint8Array) => void): void;

  /** There is one listener; one that comes after the end is told at once. */
  onExit(listener: (exit: PtyExit) => void): void;

  /**
   * Hands bytes to the program's terminal, or queues them. The array must not be changed until `onWritten`, which says
   * that the last byte of this call is in the terminal, and may be called before `write` returns. It is never called
   * for bytes that the program did not live to be given.
   */
  write(bytes: Uint8Array, onWritten?: () => void): void;

  /** Input still waiting here. Whoever accepts input from outside must hold it below a limit. */
  readonly pendingWriteBytes: number;

  /** Called whenever input that had to wait has all been handed over. There is one listener. */
  onDrain(listener: () => void): void;

  pause(): void;
  resume(): void;

  /** Throws RangeError unless both are whole numbers from 1 to 65535. */
  resize(size: PtySize): void;

  /** To the foreground process group, as a key on the terminal would; a program that has ended is left in peace. */
  signal(name: NodeJS.Signals): void;

  /**
   * Ends the session: SIGHUP to every process in it, SIGKILL after the grace to those still there. The exit is
   * reported as always, except that a paused reader is no longer waited for: what it has not read is dropped.
   */
  hangup(): void;
}

/** Long enough for an editor to save its recovery file; half would still do, and twice is felt by whoever waits. */
export const HANGUP_GRACE_MS = 2_000;

export type PtySpawnErrorCode =
  | "FILE_NOT_FOUND"
  | "FILE_NOT_EXECUTABLE"
  | "FOLDER_NOT_FOUND"
  | "NO_TERMINAL_FREE"
  | "PLATFORM_UNSUPPORTED"
  | "SPAWN_REFUSED";

/** Why there is no terminal; its message names the path and may be shown to the person who asked for the shell. */
export class PtySpawnError extends Error {
  override readonly name = "PtySpawnError";
  readonly code: PtySpawnErrorCode;

  constructor(code: PtySpawnErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
