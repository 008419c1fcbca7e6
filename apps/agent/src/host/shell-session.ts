/**
 * One shell from spawn to exit: joins a terminal to whatever stream shows it.
 *
 * Invariants:
 * - at most one stream; what an older one says or does changes nothing (its epoch is lower)
 * - typed bytes reach the terminal once and in order, whatever is repeated
 * - the exit is told after the last byte of output
 * - `ended` is called exactly once, and after it the session does nothing
 */
import {
  type Attached,
  ERRORS,
  type ErrorCode,
  type Exit,
  type ExitReport,
  encodeJson,
  FrameKind,
  type HeldSession,
  OUTPUT_WINDOW_BYTES,
  type TerminalSize,
} from "@sallyport/protocol";
import type { SocketEnd } from "../platform/dial-web-socket.ts";
import type { Logger } from "../platform/logger.ts";
import type { Pty, PtyExit } from "../pty/pty.ts";
import { decideOnStreamLost } from "./decide-on-stream-lost.ts";
import { InputAcknowledger } from "./input-acknowledger.ts";
import { ResizePacer } from "./resize-pacer.ts";
import type { SessionStream, StreamEvents } from "./session-stream.ts";
import { TerminalOutput } from "./terminal-output.ts";
import { TypedInput } from "./typed-input.ts";

/** How long the server has to close a stream after the exit, before we do. */
const EXIT_GRACE_MS = 5_000;
/** How long a shell that was told to go may take, and its viewer to see the last of it. */
const END_GRACE_MS = 5_000;
/** Typed bytes that wait for a program which does not read; the control plane withholds after a quarter of it. */
const INPUT_QUEUE_BYTES = 4 * OUTPUT_WINDOW_BYTES;

/** Why a session is ended although its program runs; `code` is of the error catalogue where one fits. */
export interface EndReason {
  reason: string;
  code?: ErrorCode;
}

export interface ShellSessionDeps {
  sessionId: string;
  pty: Pty;
  size: TerminalSize;
  logger: Logger;
  /** `wasAttached` tells whether anyone ever saw this session. */
  ended(exit: ExitReport, wasAttached: boolean): void;
}

export class ShellSession {
  readonly #deps: ShellSessionDeps;
  readonly #output: TerminalOutput;
  readonly #input = new TypedInput();
  readonly #acks = new InputAcknowledger((bytes) => this.#stream?.send(FrameKind.inputAck, bytes));
  readonly #resizes: ResizePacer;
  #size: TerminalSize;
  #epoch = 0;
  #stream: SessionStream | undefined;
  #wasAttached = false;
  #endReason: EndReason | undefined;
  #exit: PtyExit | undefined;
  #exitSent = false;
  #hasEnded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: ShellSessionDeps) {
    this.#deps = deps;
    this.#size = deps.size;
    this.#output = new TerminalOutput(deps.pty, { more: () => this.#pump(), exited: (exit) => this.#onExit(exit) });
    this.#resizes = new ResizePacer((size) => {
      this.#size = size;
      deps.pty.resize(size);
    });
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** What a hello tells of this session. */
  held(): HeldSession {
    const { base, end } = this.#output.log;
    const exit = this.#exit && { exit: this.#exitReport() };
    return { session_id: this.#deps.sessionId, epoch: this.#epoch, base, end, in_next: this.#input.next, ...exit };
  }

  /** Whether it has been told to end: it is here until that is done, but not to be attached any more. */
  get isEnding(): boolean {
    return this.#endReason !== undefined;
  }

  /** Shows the session on a new stream from now on. The caller has checked that `epoch` is higher than ours. */
  attach(epoch: number, dial: (events: StreamEvents) => SessionStream): void {
    const old = this.#stream;
    clearTimeout(this.#timer);
    this.#epoch = epoch;
    this.#exitSent = false;
    const stream: SessionStream = dial({
      opened: () => this.#stream === stream && this.#onOpened(stream),
      input: (offset, bytes) => this.#stream === stream && this.#onInput(stream, offset, bytes),
      resized: (size) => this.#stream === stream && !this.#exit && this.#resizes.resize(size),
      acknowledged: (offset) => this.#stream === stream && this.#onAcknowledged(stream, offset),
      ended: (end) => this.#stream === stream && this.#onStreamEnded(end),
    });
    this.#stream = stream;
    old?.close(ERRORS.SESSION_TAKEN_OVER.close ?? 1000, "attached again");
  }

  /** Hangs the shell up, whatever it is doing. The viewer still gets what was read of its output, and the exit. */
  end(why: EndReason): void {
    this.#endReason ??= why;
    if (this.#hasEnded) return;
    if (this.#exit) return this.#finish();
    clearTimeout(this.#timer);
    this.#deps.pty.hangup();
    // Nobody will acknowledge any more, so a full window must not keep the terminal from draining.
    if (!this.#stream) this.#output.discard();
    this.#timer = setTimeout(() => this.#cutShort(), END_GRACE_MS);
  }

  #onOpened(stream: SessionStream): void {
    const { sessionId } = this.#deps;
    const start = this.#output.restart();
    const { end } = this.#output.log;
    const attached: Attached = { session_id: sessionId, start, end, in_next: this.#input.next, ...this.#size };
    stream.send(FrameKind.attached, start, encodeJson(attached));
    this.#wasAttached = true;
    this.#pump();
  }

  #onInput(stream: SessionStream, offset: number, bytes: Uint8Array): void {
    if (this.#exit) return;
    const fresh = this.#input.take(offset, bytes);
    if (!fresh) return stream.protocolError("typed bytes are missing");
    if (this.#deps.pty.pendingWriteBytes > INPUT_QUEUE_BYTES) return stream.protocolError("more input than is read");
    if (fresh.length === 0) return this.#acks.flush();
    this.#output.expectEcho();
    this.#deps.pty.write(fresh, () => this.#acks.wrote(fresh.length));
  }

  #onAcknowledged(stream: SessionStream, offset: number): void {
    if (this.#output.acknowledge(offset)) this.#pump();
    else stream.protocolError("an acknowledgement of output that was never sent");
  }

  /** Sends what the window allows, and after the last byte the exit. */
  #pump(): void {
    const stream = this.#stream;
    if (!stream?.isOpen || !this.#wasAttached) return;
    const { log } = this.#output;
    for (let next = log.take(); next; next = log.take()) stream.sendOutput(next.offset, next.frame);
    if (!this.#exit || this.#exitSent || log.sent < log.end) return;
    this.#exitSent = true;
    stream.send(FrameKind.exit, log.end, encodeJson(this.#exitFrame(this.#exit)));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => stream.close(1000, "the program ended"), EXIT_GRACE_MS);
  }

  #onExit(exit: PtyExit): void {
    this.#exit = exit;
    this.#resizes.stop();
    // A stream that is still being dialled gets the whole story when it opens.
    if (this.#stream) this.#pump();
    else if (this.#endReason) this.#finish();
  }

  #onStreamEnded(end: SocketEnd): void {
    this.#stream = undefined;
    if (this.#exitSent || this.#endReason) return this.#exit ? this.#finish() : this.#output.discard();
    const lost = decideOnStreamLost(end);
    this.#deps.logger.info("stream lost", { code: end.code, reason: end.reason, act: lost.act });
    if (lost.act === "hang up") return this.end({ reason: lost.reason });
    this.#timer = setTimeout(() => this.end({ reason: lost.reason }), lost.ms);
  }

  /** The shell or its viewer did not come to an end in time. */
  #cutShort(): void {
    this.#output.discard();
    this.#finish();
  }

  #finish(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#resizes.stop();
    this.#acks.stop();
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.close(1000, "the session ended");
    this.#deps.ended(this.#exitReport(), this.#wasAttached);
  }

  #exitReport(): ExitReport {
    const { exitCode = null, signal = null } = this.#exit ?? {};
    return { exit_code: exitCode, signal, ...(this.#endReason && { reason: this.#endReason.reason.slice(0, 200) }) };
  }

  #exitFrame({ exitCode, signal }: PtyExit): Exit {
    const { reason, code } = this.#endReason ?? {};
    return { exit_code: exitCode, signal, ...(code && { code }), ...(reason && { message: reason }) };
  }
}
