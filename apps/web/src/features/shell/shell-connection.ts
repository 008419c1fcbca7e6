import { type SocketLike, type StreamEnd, TerminalStream } from "@sallyport/client";
import { type Notice, STREAM_DIAL_TIMEOUT_MS, type TerminalSize } from "@sallyport/protocol";
import type { TerminalChannel } from "./terminal-channel.ts";

/** From pressing the button to the last byte. */
export type ShellState =
  | { phase: "starting" }
  | { phase: "connecting" }
  | { phase: "open" }
  | { phase: "refused"; error: unknown }
  | { phase: "ended"; end: StreamEnd; wasOpen: boolean };

export interface ShellConnectionParts {
  /** Makes a session and gives the address of its socket; a new one every time, for a token opens one socket once. */
  prepare: () => Promise<{ url: string; protocols: string[] }>;
  openSocket: (url: string, protocols: string[]) => SocketLike;
  onState: (state: ShellState) => void;
  onLatency: (ms: number) => void;
  onNotice: (notice: Notice) => void;
}

/** The server gives up first and says why; this is for when it cannot. */
const OPEN_WITHIN_MS = STREAM_DIAL_TIMEOUT_MS + 5_000;

/**
 * One session from one token, from its making to its end; for another session make another connection.
 *
 * Invariants: after `close` nothing is reported; output waits here until somebody listens, and never more of it than
 * the host's window, because only what was drawn is acknowledged.
 */
export class ShellConnection implements TerminalChannel {
  readonly #parts: ShellConnectionParts;
  #stream: TerminalStream | undefined;
  #size: TerminalSize | undefined;
  #waiting: Uint8Array[] = [];
  #onOutput: ((bytes: Uint8Array) => void) | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #wasOpen = false;
  #closed = false;

  constructor(parts: ShellConnectionParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    this.#report({ phase: "starting" });
    try {
      const { url, protocols } = await this.#parts.prepare();
      if (this.#closed) return;
      this.#report({ phase: "connecting" });
      this.#connect(url, protocols);
    } catch (error) {
      this.#report({ phase: "refused", error });
    }
  }

  type(bytes: Uint8Array): void {
    this.#stream?.type(bytes);
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#stream?.resize(size);
  }

  drawn(byteCount: number): void {
    this.#stream?.drawn(byteCount);
  }

  listen(onOutput: (bytes: Uint8Array) => void): () => void {
    this.#onOutput = onOutput;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const bytes of waiting) onOutput(bytes);
    return () => {
      if (this.#onOutput === onOutput) this.#onOutput = undefined;
    };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#deadline);
    this.#stream?.close();
  }

  #connect(url: string, protocols: string[]): void {
    const socket = this.#parts.openSocket(url, protocols);
    this.#deadline = setTimeout(() => socket.close(), OPEN_WITHIN_MS);
    this.#stream = new TerminalStream(socket, {
      attached: () => {
        clearTimeout(this.#deadline);
        this.#wasOpen = true;
        this.#report({ phase: "open" });
      },
      output: (bytes) => {
        if (this.#onOutput) this.#onOutput(bytes);
        else this.#waiting.push(bytes);
      },
      notice: (notice) => {
        if (!this.#closed) this.#parts.onNotice(notice);
      },
      latency: (ms) => {
        if (!this.#closed) this.#parts.onLatency(ms);
      },
      end: (end) => {
        clearTimeout(this.#deadline);
        this.#report({ phase: "ended", end, wasOpen: this.#wasOpen });
      },
    });
    if (this.#size) this.#stream.resize(this.#size);
  }

  #report(state: ShellState): void {
    if (!this.#closed) this.#parts.onState(state);
  }
}
