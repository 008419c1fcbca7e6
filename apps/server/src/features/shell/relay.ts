/**
 * Joins one viewer to its session's terminal, on the node that both have dialled, over as many streams as it takes.
 *
 * Upward, typed bytes and sizes become signed messages; downward, output frames pass unchanged. Nothing here matters
 * after a crash: offsets, PTY and unacknowledged bytes are the session host's.
 *
 * Invariants: at most one stream, the one of the newest epoch; at most one window of output is under way to the
 * viewer, and at most one window of input to the host; each typed byte goes to the host in order, and again only from
 * where the host says it has none; the relay closes once, and nothing reaches the host after it.
 */
import {
  Attached,
  closeCode,
  decodeFrame,
  decodeJson,
  type ErrorCode,
  Exit,
  encodeFrame,
  encodeWindow,
  type Frame,
  FrameKind,
  OUTPUT_FRAME_BYTES,
  OUTPUT_WINDOW_MAX_BYTES,
  REASON_CHARS,
  RESIZE_MIN_INTERVAL_MS,
  type RecordedOutput,
  SCREEN_BYTES,
  type SessionKind,
  STREAM_DETACHED_CLOSE,
  type TerminalSize,
} from "@sallyport/protocol";
import { type SessionToken, signMessage } from "@sallyport/secure-terminal";
import type { WebSocket } from "ws";
import { closeReason } from "../../platform/live/close-reason.ts";
import { measureLatency } from "../../platform/live/measure-latency.ts";
import type { Metrics } from "../../platform/metrics.ts";
import { steadyNow } from "../../platform/steady-clock.ts";
import { InputPacer } from "./input-pacer.ts";
import { UnacknowledgedInput } from "./unacknowledged-input.ts";
import type { Viewer, ViewerEvents } from "./viewer.ts";

export interface RelayedSession {
  id: string;
  kind: SessionKind;
  orgId: string;
  machineId: string;
  userId: string;
  signInId: string;
}

/** How a session ended: by its program, by a viewer that cannot come back, or for a reason of the catalogue. */
export type SessionEnd =
  | { cause: "exited"; exit: Exit }
  | { cause: "viewer_left" }
  | { cause: "failed"; code: ErrorCode; message: string; output?: RecordedOutput | undefined };

interface RelayRules {
  /** The session's part of the rate limit. */
  take(): boolean;
  tokensAvailable(): number;
  messagesPerSecond: number;
}

export interface RelayEvents {
  /** The host has answered: the session can be seen. */
  attached(): void;
  /** The way to the machine broke; the viewer waits. */
  streamLost(why: string): void;
  /** The host serves a later attachment. */
  replaced(): void;
  limited(): void;
  /** The session is over. */
  ended(end: SessionEnd): void;
  /** The viewer has gone, or was sent away; the session goes on without it. */
  left(): void;
}

export interface RelayOptions {
  token: SessionToken;
  rules: RelayRules;
  metrics: Metrics;
  makeViewer(events: ViewerEvents): Viewer;
  /** Must succeed before what was typed goes on; undefined where nothing has to happen first. */
  beforeInput?: ((bytes: Buffer) => Promise<void>) | undefined;
  events: RelayEvents;
}

/** Typed bytes under way to the host at a time. */
const HOST_INPUT_WINDOW_BYTES = 256 * 1024;

/** No session gets here; beyond it, sums of offsets would stop being exact. */
const LAST_OFFSET = 2 ** 52;

/** The host announces at most this much beyond what was acknowledged; one frame of slack for what crosses an ack. */
const MAX_AHEAD_BYTES = OUTPUT_WINDOW_MAX_BYTES + OUTPUT_FRAME_BYTES;

export class ShellRelay {
  readonly session: RelayedSession;
  readonly #token: SessionToken;
  readonly #metrics: Metrics;
  readonly #events: RelayEvents;
  readonly #pacer: InputPacer;
  readonly #viewer: Viewer;
  readonly #input = new UnacknowledgedInput();
  #epoch = 0;
  #stream: WebSocket | undefined;
  #streamKey = "";
  #machineLatency: () => number | undefined = () => undefined;
  /** What was typed so far has been allowed to go on. */
  #allowed: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** The host of the current stream has answered. */
  #isAttached = false;
  #wasAttached = false;
  #screenBytes = 0;
  /** From a screen's announcement to the first output after it: nothing marks the screen's own end. */
  #isDrawingScreen = false;
  #outputEnd = 0;
  #outputAcknowledged = 0;
  #ackSent = 0;
  #window: number | undefined;
  #ackScheduled = false;
  #size: TerminalSize;
  #resizeTimer: NodeJS.Timeout | undefined;
  /** The program's exit is with the viewer, who has not confirmed it yet. */
  #exit: Exit | undefined;

  constructor(
    session: RelayedSession,
    size: TerminalSize,
    { token, rules, metrics, makeViewer, beforeInput, events }: RelayOptions,
  ) {
    this.session = session;
    this.#size = size;
    this.#token = token;
    this.#metrics = metrics;
    this.#events = events;
    this.#viewer = makeViewer({
      input: (bytes) => (beforeInput ? this.#pushAfter(beforeInput, bytes) : this.#pacer.push(bytes)),
      resize: (wanted) => this.#resize(wanted),
      acknowledged: (offset, window) => this.#acknowledge(offset, window),
      broken: (reason) => this.leave("PROTOCOL_ERROR", reason),
      closed: (clean) => this.#viewerClosed(clean),
      machineLatency: () => this.#machineLatency(),
    });
    this.#pacer = new InputPacer(rules.messagesPerSecond, {
      take: rules.take,
      tokensAvailable: rules.tokensAvailable,
      ready: () => this.#isAttached && !this.#exit && this.#input.bytes < HOST_INPUT_WINDOW_BYTES,
      send: (bytes) => this.#type(bytes),
      limited: () => {
        this.#viewer.notice({ code: "RATE_LIMITED", message: "Rate limit exceeded" });
        events.limited();
      },
      pause: () => this.#viewer.pause(),
      resume: () => this.#viewer.resume(),
      now: () => performance.now(),
    });
  }

  get epoch(): number {
    return this.#epoch;
  }
  /** Everything before this has been passed on to the viewer; null while it may have only a part of a screen. */
  get have(): number | null {
    return this.#isDrawingScreen ? null : this.#outputEnd;
  }
  get size(): TerminalSize {
    return this.#size;
  }
  get isClosed(): boolean {
    return this.#isClosed;
  }
  get hasStream(): boolean {
    return this.#stream !== undefined;
  }
  /** Whether the host has ever answered this viewer. */
  get wasAttached(): boolean {
    return this.#wasAttached;
  }

  /** A new attachment has been asked for; only its stream will be let in. */
  expect(epoch: number): void {
    this.#epoch = epoch;
    this.#drop(STREAM_DETACHED_CLOSE, "attached again");
  }

  /** The host has dialled for this epoch: from here on bytes flow. */
  join(epoch: number, stream: WebSocket, streamKey: string): void {
    if (this.#isClosed || this.#stream || epoch !== this.#epoch) {
      stream.close(STREAM_DETACHED_CLOSE, "this attachment is over");
      return;
    }
    this.#stream = stream;
    this.#streamKey = streamKey;
    this.#machineLatency = measureLatency(stream);
    stream.on("message", (data, isBinary) => {
      if (this.#stream !== stream) return;
      const bytes = data as Buffer;
      const frame = isBinary ? decodeFrame(bytes) : undefined;
      if (frame) this.#fromHost(frame, bytes);
      else this.#hostBroke("a frame could not be read");
    });
    stream.once("close", (code) => {
      if (this.#stream !== stream) return;
      this.#drop(STREAM_DETACHED_CLOSE, "");
      // The exit is on its way to the viewer; if it does not arrive, the next attachment brings it again.
      if (this.#isClosed || this.#exit) return;
      if (code === closeCode("SESSION_TAKEN_OVER")) this.#events.replaced();
      else this.#events.streamLost("the connection to the machine ended");
    });
  }

  tell(code: "MACHINE_UNREACHABLE", message: string): void {
    if (!this.#isClosed) this.#viewer.notice({ code, message });
  }

  /** Ends the session for both sides, once. */
  end(end: SessionEnd): void {
    if (this.#isClosed) return;
    if (end.cause === "failed") {
      this.#viewer.exit(
        { exit_code: null, signal: null, code: end.code, message: end.message.slice(0, REASON_CHARS) },
        this.#outputEnd,
      );
      this.#viewer.close(closeCode(end.code), end.message);
    } else {
      this.#viewer.close(1000, "Shell session ended");
    }
    // After an exit, a stream that ends normally tells the host that everything was seen; otherwise only a signed word ends a shell.
    if (end.cause !== "exited") {
      const reason = end.cause === "failed" ? end.message.slice(0, REASON_CHARS) : "viewer left";
      this.#tell("end_session", { epoch: this.#epoch, reason });
    }
    this.#close(1000, end.cause === "failed" ? end.code : end.cause);
    this.#events.ended(end);
  }

  /** Sends the viewer away with a code of the catalogue; the session goes on. */
  leave(code: ErrorCode, reason: string): void {
    if (this.#isClosed) return;
    this.#viewer.close(closeCode(code), reason);
    this.#close(code === "SHUTTING_DOWN" ? closeCode(code) : STREAM_DETACHED_CLOSE, reason);
    this.#events.left();
  }

  /** In the order in which it came. */
  #pushAfter(beforeInput: (bytes: Buffer) => Promise<void>, bytes: Buffer): void {
    this.#allowed = this.#allowed
      .then(() => beforeInput(bytes))
      .then(
        () => {
          if (!this.#isClosed) this.#pacer.push(bytes);
        },
        () => this.end({ cause: "failed", code: "AUDIT_UNAVAILABLE", message: "what was typed could not be recorded" }),
      );
  }

  #viewerClosed(clean: boolean): void {
    if (this.#isClosed) return;
    if (this.#exit && clean) return this.end({ cause: "exited", exit: this.#exit });
    // Without resume, who leaves cannot come back: the shell is hung up, as a modem line would be.
    if (!this.#viewer.canResume) return this.end({ cause: "viewer_left" });
    this.#close(STREAM_DETACHED_CLOSE, "the viewer left");
    this.#events.left();
  }

  #close(code: number, reason: string): void {
    this.#isClosed = true;
    this.#pacer.close();
    clearTimeout(this.#resizeTimer);
    this.#drop(code, reason);
  }

  /** Lets go of the stream; what it still says changes nothing. */
  #drop(code: number, reason: string): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#isAttached = false;
    this.#machineLatency = () => undefined;
    stream?.close(code, closeReason(reason));
  }

  #fromHost(frame: Frame, bytes: Buffer): void {
    if (frame.epoch !== this.#epoch) return;
    switch (frame.kind) {
      case FrameKind.attached:
        return this.#onAttached(frame, bytes);
      case FrameKind.screen:
        return this.#onScreen(frame, bytes);
      case FrameKind.output:
        return this.#onOutput(frame, bytes);
      case FrameKind.inputAck:
        return this.#onInputAck(frame, bytes);
      case FrameKind.exit:
        return this.#onExit(frame);
      default:
        return this.#hostBroke("a frame came from the wrong side");
    }
  }

  #onAttached({ payload }: Frame, bytes: Buffer): void {
    const attached = decodeJson(Attached, payload);
    if (!attached || attached.session_id !== this.session.id || this.#isAttached) {
      return this.#hostBroke("a wrong attach");
    }
    const { start, end, in_next, screen } = attached;
    if (start > end || end > LAST_OFFSET || in_next > LAST_OFFSET) {
      return this.#hostBroke("an attach beyond what any session can reach");
    }
    // To a viewer that saw output already, the host may go on only from there, or leave an announced gap.
    if (this.#wasAttached && (screen ? !this.#isDrawingScreen : start < this.#outputEnd))
      return this.#hostBroke("an attach from the past");
    if (this.#wasAttached ? !this.#input.resumeAt(in_next) : !this.#input.startAt(in_next)) {
      return this.#hostBroke("typed bytes were lost");
    }
    this.#isAttached = true;
    this.#screenBytes = screen ? SCREEN_BYTES : 0;
    this.#isDrawingScreen = screen === true;
    this.#outputEnd = start;
    this.#outputAcknowledged = start;
    this.#ackSent = start;
    this.#viewer.attached(bytes, { epoch: this.#epoch, start, inputNext: this.#wasAttached ? undefined : in_next });
    this.#wasAttached = true;
    this.#events.attached();
    for (const { offset, bytes: typed } of this.#input.unacknowledged()) this.#sendInput(offset, typed);
    this.#pacer.pump();
    this.#sendSize();
  }

  #onScreen({ payload, offset }: Frame, bytes: Buffer): void {
    this.#screenBytes -= payload.length;
    if (this.#screenBytes < 0 || offset !== this.#outputEnd) return this.#hostBroke("a screen nobody asked for");
    this.#viewer.output(bytes, this.#outputEnd);
  }

  #onOutput({ offset, payload }: Frame, bytes: Buffer): void {
    if (!this.#isAttached || offset !== this.#outputEnd) return this.#hostBroke("output has a hole");
    const outputEnd = offset + payload.length;
    if (!Number.isSafeInteger(outputEnd)) return this.#hostBroke("an offset beyond 2^53");
    if (outputEnd - this.#outputAcknowledged > MAX_AHEAD_BYTES) {
      return this.#hostBroke("more output than the window allows");
    }
    this.#outputEnd = outputEnd;
    this.#isDrawingScreen = false;
    this.#metrics.relayedBytes.inc({ direction: "output" }, payload.length);
    this.#viewer.output(bytes, outputEnd);
  }

  #onInputAck({ offset, payload }: Frame, bytes: Buffer): void {
    if (offset > this.#input.next || payload.length > 0) return this.#hostBroke("a wrong acknowledgement of input");
    // A repeat says nothing; passed on, a flood of them would wait for a viewer that does not read.
    if (!this.#input.acknowledge(offset)) return;
    this.#viewer.inputAcknowledged(bytes);
    this.#pacer.pump();
  }

  /** The session ends when the viewer has confirmed the exit, not before: a viewer that was cut off gets it later. */
  #onExit({ offset, payload }: Frame): void {
    const exit = decodeJson(Exit, payload);
    if (!exit || this.#exit || offset !== this.#outputEnd) return this.#hostBroke("the exit could not be read");
    // It did not end by itself.
    if (exit.message !== undefined) {
      return this.end({ cause: "failed", code: codeOfHost(exit), message: exit.message, output: exit.output });
    }
    this.#exit = exit;
    const { output: _, ...shown } = exit;
    this.#viewer.exit(shown, offset);
    this.#viewer.close(1000, "Shell session ended");
  }

  /** Passes the viewer's progress on, at most once in a turn of the event loop: only the newest counts. */
  #acknowledge(offset: number, window: number | undefined): void {
    if (offset < this.#outputAcknowledged || offset > this.#outputEnd) return;
    this.#outputAcknowledged = offset;
    if (window !== undefined) this.#window = window;
    if (this.#ackScheduled) return;
    this.#ackScheduled = true;
    setImmediate(() => {
      this.#ackScheduled = false;
      if (!this.#isAttached) return;
      const window = this.#window;
      this.#window = undefined;
      if (this.#ackSent === this.#outputAcknowledged && window === undefined) return;
      this.#ackSent = this.#outputAcknowledged;
      const payload = window === undefined ? {} : { payload: encodeWindow(window) };
      this.#stream?.send(encodeFrame({ kind: FrameKind.ack, epoch: this.#epoch, offset: this.#ackSent, ...payload }));
    });
  }

  #type(bytes: Buffer): void {
    this.#metrics.relayedBytes.inc({ direction: "input" }, bytes.length);
    this.#sendInput(this.#input.push(bytes), bytes);
  }

  #sendInput(offset: number, bytes: Buffer): void {
    this.#tell("terminal_input", { data: bytes.toString("base64"), epoch: this.#epoch, offset });
  }

  /** The newest size wins; a window that is dragged sends a few, not hundreds. */
  #resize(size: TerminalSize): void {
    this.#size = size;
    if (!this.#resizeTimer) this.#sendSize();
  }

  #sendSize(): void {
    if (!this.#isAttached || this.#exit) return;
    const size = this.#size;
    this.#tell("terminal_resize", { epoch: this.#epoch, ...size });
    clearTimeout(this.#resizeTimer);
    this.#resizeTimer = setTimeout(() => {
      this.#resizeTimer = undefined;
      if (this.#size !== size) this.#sendSize();
    }, RESIZE_MIN_INTERVAL_MS);
  }

  #tell(type: string, payload: unknown): void {
    this.#stream?.send(
      JSON.stringify(signMessage({ type, identity: this.#token, payload, secret: this.#streamKey, now: steadyNow() })),
    );
  }

  /** A host that breaks the rules loses this stream; what comes of its session is for the next one to show. */
  #hostBroke(message: string): void {
    this.#drop(closeCode("PROTOCOL_ERROR"), message);
    this.#events.streamLost(`it broke the protocol: ${message}`);
  }
}

/** Why a host ended a session, of what it may say; whoever else ended it told the machine, which was faster. */
const codeOfHost = ({ code }: Exit): ErrorCode =>
  code === "AGENT_LOST" || code === "COMMAND_TIMEOUT" ? code : "SESSION_REVOKED";
