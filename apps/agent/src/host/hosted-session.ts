/**
 * One session from its program's start to its exit, and beyond it until somebody has seen the exit: joins the program,
 * a shell, a command or a diagnostic, to whatever stream shows it, one after the other.
 *
 * Invariants:
 * - at most one stream; what an older one says or does changes nothing (its epoch is lower)
 * - typed bytes reach the program once and in order, whatever is repeated
 * - the exit is told after the last byte of output
 * - without a stream it waits for the grace of its latest attachment, no longer
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
  REASON_CHARS,
  type TerminalSize,
} from "@sallyport/protocol";
import type { SocketEnd } from "../platform/dial-web-socket.ts";
import type { Logger } from "../platform/logger.ts";
import { reasonOf } from "../platform/one-line.ts";
import type { PtyExit } from "../pty/pty.ts";
import { decideOnStreamEnded } from "./decide-on-stream-ended.ts";
import { InputAcknowledger } from "./input-acknowledger.ts";
import type { Program } from "./program.ts";
import { ResizePacer } from "./resize-pacer.ts";
import { startRunningTimer } from "./running-timer.ts";
import type { DrawScreen, Past } from "./screen.ts";
import type { StreamEvents, ViewerStream } from "./session-stream.ts";
import { TerminalOutput } from "./terminal-output.ts";
import { TypedInput } from "./typed-input.ts";

/** How long a shell that was told to go may take, and its viewer to see the last of it. */
const END_GRACE_MS = 5_000;
/** Typed bytes that wait for a program which does not read; the control plane withholds after a quarter of it. */
const INPUT_QUEUE_BYTES = 4 * OUTPUT_WINDOW_BYTES;

/** Clears, and puts the cursor in the corner. */
const EMPTY_SCREEN = Buffer.from("\x1b[2J\x1b[H");

/** Why a session is ended although its program runs; `code` is of the error catalogue where one fits. */
export interface EndReason {
  reason: string;
  code?: ErrorCode;
}

/** One showing of the session, as the control plane asked for it. */
export interface Attachment {
  /** Higher than that of every attachment before; the caller has checked it. */
  epoch: number;
  /** The viewer has every byte before this; null when it has nothing and wants to see the screen. */
  have: number | null;
  size: TerminalSize;
  /** How long the session waits for the next one when this one is over, in seconds. */
  graceSeconds: number;
}

export interface HostedSessionDeps {
  sessionId: string;
  program: Program;
  size: TerminalSize;
  logger: Logger;
  /** Of a terminal; undefined for a command, whose output is not drawn and of which nothing may be lost. */
  drawScreen: DrawScreen | undefined;
  /** The stream of this attachment could not be opened. */
  streamFailed(epoch: number, reason: string): void;
  ended(exit: ExitReport): void;
}

export class HostedSession {
  readonly #deps: HostedSessionDeps;
  readonly #output: TerminalOutput;
  readonly #input = new TypedInput();
  readonly #acks = new InputAcknowledger((bytes) => this.#stream?.send(FrameKind.inputAck, bytes));
  readonly #resizes: ResizePacer;
  #size: TerminalSize;
  #epoch = 0;
  #graceSeconds = 0;
  #stream: ViewerStream | undefined;
  /** Set while the present stream waits for its screen; output goes on after it. */
  #drawing: AbortController | undefined;
  #endReason: EndReason | undefined;
  #exit: PtyExit | undefined;
  /** On the present stream. */
  #exitSent = false;
  #hasEnded = false;
  #cancelTimer = () => {};

  constructor(deps: HostedSessionDeps) {
    this.#deps = deps;
    this.#size = deps.size;
    this.#output = new TerminalOutput(
      deps.program,
      { more: () => this.#pump(), exited: (exit) => this.#onExit(exit) },
      { mayLose: deps.drawScreen !== undefined },
    );
    this.#resizes = new ResizePacer((size) => {
      this.#size = size;
      deps.program.resize(size);
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

  /** Shows the session on a new stream from now on. */
  attach(attachment: Attachment, dial: (events: StreamEvents) => ViewerStream): void {
    const old = this.#leaveStream();
    this.#cancelTimer();
    this.#epoch = attachment.epoch;
    this.#graceSeconds = attachment.graceSeconds;
    let hasOpened = false;
    const stream: ViewerStream = dial({
      opened: () => {
        hasOpened = true;
        if (this.#stream === stream) this.#onOpened(stream, attachment);
      },
      input: (offset, bytes) => this.#stream === stream && this.#onInput(stream, offset, bytes),
      resized: (size) => this.#stream === stream && this.#resize(size),
      acknowledged: (offset, window) => this.#stream === stream && this.#onAcknowledged(stream, offset, window),
      endRequested: (reason) => this.#stream === stream && this.end({ reason }),
      ended: (end) => {
        if (this.#stream !== stream) return;
        if (!hasOpened) this.#deps.streamFailed(attachment.epoch, end.reason);
        this.#onStreamEnded(end);
      },
    });
    this.#stream = stream;
    old?.close(ERRORS.SESSION_TAKEN_OVER.close ?? 1000, "attached again");
  }

  /** Hangs the shell up, whatever it is doing. The viewer still gets what was read of its output, and the exit. */
  end(why: EndReason): void {
    if (this.#hasEnded) return;
    // It ended by itself, and only waited for somebody to see that.
    if (this.#exit) return this.#finish();
    if (this.#endReason) return;
    this.#endReason = why;
    this.#cancelTimer();
    this.#deps.program.hangup();
    // Nobody will acknowledge any more, so a full window must not keep the terminal from draining.
    if (!this.#stream) this.#output.discard();
    this.#cancelTimer = startRunningTimer(END_GRACE_MS, () => this.#cutShort());
  }

  #onOpened(stream: ViewerStream, { have, size }: Attachment): void {
    if (have === null && !this.#deps.drawScreen) return stream.protocolError("the output of a command has no screen");
    const continuation = this.#output.attach(have);
    if (!continuation) return stream.protocolError("the viewer has output that there never was");
    this.#resize(size);
    const { start, gap, past } = continuation;
    const { base, end } = this.#output.log;
    const attached: Attached = {
      session_id: this.#deps.sessionId,
      start,
      end,
      in_next: this.#input.next,
      base,
      ...(gap && { gap }),
      ...(past && { screen: true }),
      ...(this.#exit ? this.#size : size),
    };
    stream.send(FrameKind.attached, start, encodeJson(attached));
    if (past) void this.#showScreen(stream, past, attached);
    else this.#pump();
  }

  /** Sends what the screen looked like at `start`, and only then lets output go on from there. */
  async #showScreen(stream: ViewerStream, past: Past, { start, cols, rows }: Attached): Promise<void> {
    const drawing = new AbortController();
    this.#drawing = drawing;
    const { drawScreen, logger } = this.#deps;
    const pieces = await drawScreen?.(past, { cols, rows }, drawing.signal).catch((error: unknown) => {
      // The viewer goes on with an empty screen, which the program can draw again.
      logger.error("the screen could not be drawn", { reason: reasonOf(error) });
      return [EMPTY_SCREEN];
    });
    if (this.#drawing !== drawing) return;
    this.#drawing = undefined;
    for (const piece of pieces ?? []) stream.send(FrameKind.screen, start, piece);
    this.#pump();
  }

  #resize(size: TerminalSize): void {
    if (!this.#exit) this.#resizes.resize(size);
  }

  #onInput(stream: ViewerStream, offset: number, bytes: Uint8Array): void {
    if (this.#exit) return;
    const fresh = this.#input.take(offset, bytes);
    if (!fresh) return stream.protocolError("typed bytes are missing");
    if (this.#deps.program.pendingWriteBytes > INPUT_QUEUE_BYTES)
      return stream.protocolError("more input than is read");
    if (fresh.length === 0) return this.#acks.flush();
    this.#output.expectEcho();
    this.#deps.program.write(fresh, () => this.#acks.wrote(fresh.length));
  }

  #onAcknowledged(stream: ViewerStream, offset: number, windowBytes: number | undefined): void {
    if (this.#output.acknowledge(offset, windowBytes)) this.#pump();
    else stream.protocolError("an acknowledgement of output that was never sent");
  }

  /** Sends what the window allows, and after the last byte the exit. */
  #pump(): void {
    const stream = this.#stream;
    if (!stream?.isOpen || this.#drawing) return;
    const { log } = this.#output;
    for (let next = log.take(); next; next = log.take()) stream.sendOutput(next.offset, next.frame);
    if (!this.#exit || this.#exitSent || log.sent < log.end) return;
    this.#exitSent = true;
    // Not later: after the exit nobody listens, and what was typed last, `exit` say, would count as lost.
    this.#acks.flush();
    stream.send(FrameKind.exit, log.end, encodeJson(this.#exitFrame(this.#exit)));
  }

  #onExit(exit: PtyExit): void {
    this.#exit = exit;
    this.#resizes.stop();
    // A stream that is still being dialled gets the whole story when it opens; without one it is kept for the next.
    if (this.#stream) this.#pump();
    else if (this.#endReason) this.#finish();
  }

  #onStreamEnded({ code, reason }: SocketEnd): void {
    const next = decideOnStreamEnded({
      code,
      exitSent: this.#exitSent,
      hasExited: this.#exit !== undefined,
      isEnding: this.isEnding,
      graceSeconds: this.#graceSeconds,
    });
    this.#leaveStream();
    this.#deps.logger.info("stream ended", { code, reason, ...next });
    switch (next.act) {
      case "finish":
        return this.#finish();
      case "discard":
        return this.#output.discard();
      case "wait":
        if (next.ms === 0) return this.#onNobodyAttached();
        this.#cancelTimer = startRunningTimer(next.ms, () => this.#onNobodyAttached());
        return;
      default:
        next satisfies never;
    }
  }

  #onNobodyAttached(): void {
    this.end({ reason: `nobody attached for ${this.#graceSeconds} s` });
  }

  /** From now on there is no stream; returns the one there was. */
  #leaveStream(): ViewerStream | undefined {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#drawing?.abort();
    this.#drawing = undefined;
    this.#exitSent = false;
    this.#output.detach();
    return stream;
  }

  /** The shell or its viewer did not come to an end in time. */
  #cutShort(): void {
    this.#output.discard();
    this.#finish();
  }

  #finish(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#cancelTimer();
    this.#resizes.stop();
    this.#acks.stop();
    this.#leaveStream()?.close(1000, "the session ended");
    this.#output.stop();
    this.#deps.ended({ ...this.#exitReport(), ...this.#recorded() });
  }

  #exitReport(): ExitReport {
    const { exitCode = null, signal = null } = this.#exit ?? {};
    const { reason, code } = this.#endReason ?? {};
    return {
      exit_code: exitCode,
      signal,
      ...(reason !== undefined && { reason: reason.slice(0, REASON_CHARS) }),
      ...(code === "COMMAND_TIMEOUT" && { code }),
    };
  }

  #exitFrame({ exitCode, signal }: PtyExit): Exit {
    const { reason, code } = this.#endReason ?? {};
    return {
      exit_code: exitCode,
      signal,
      ...(code && { code }),
      ...(reason && { message: reason.slice(0, REASON_CHARS) }),
      ...this.#recorded(),
    };
  }

  /** Told with the end, and only then: a hello that lists many sessions has no room for it. */
  #recorded(): Pick<Exit, "output"> {
    const output = this.#deps.program.recorded?.();
    return output ? { output } : {};
  }
}
