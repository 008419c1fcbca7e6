/**
 * Joins one viewer to one machine for one session, on the node that both have dialled.
 *
 * Upward, typed bytes and sizes become signed messages; downward, output frames pass unchanged. Nothing here matters
 * after a crash: offsets, PTY and unacknowledged bytes are the session host's.
 *
 * Invariants: at most one window of output is under way to the viewer, and at most one window of input to the host;
 * `end` takes effect once; nothing reaches the host after it.
 */
import {
  Attached,
  decodeFrame,
  decodeJson,
  ERRORS,
  type ErrorCode,
  Exit,
  encodeFrame,
  type Frame,
  FrameKind,
  OUTPUT_FRAME_BYTES,
  OUTPUT_WINDOW_BYTES,
  RESIZE_MIN_INTERVAL_MS,
  type TerminalSize,
} from "@sallyport/protocol";
import { type SessionToken, signMessage } from "@sallyport/secure-terminal";
import type { WebSocket } from "ws";
import type { Metrics } from "../../platform/metrics.ts";
import { steadyNow } from "../../platform/steady-clock.ts";
import { InputPacer } from "./input-pacer.ts";
import type { Viewer, ViewerEvents } from "./viewer.ts";

export interface RelayedSession {
  id: string;
  orgId: string;
  machineId: string;
  userId: string;
  signInId: string;
  epoch: number;
}

/** How a session ended: by its program, by the viewer, or for a reason of the catalogue. */
export type SessionEnd =
  | { cause: "exited"; exit: Exit }
  | { cause: "viewer_left" }
  | { cause: "failed"; code: ErrorCode; message: string };

export interface RelayRules {
  /** The session's part of the rate limit. */
  take(): boolean;
  tokensAvailable(): number;
  messagesPerSecond: number;
}

/** Typed bytes under way to the host at a time. */
const HOST_INPUT_WINDOW_BYTES = 256 * 1024;

/** No session gets here; beyond it, sums of offsets would stop being exact. */
const LAST_OFFSET = 2 ** 52;

/** The host announces at most this much beyond what was acknowledged; one frame of slack for what crosses an ack. */
const WINDOW_SLACK_BYTES = OUTPUT_FRAME_BYTES;

export class ShellRelay {
  readonly session: RelayedSession;
  readonly #token: SessionToken;
  readonly #metrics: Metrics;
  readonly #onEnd: (end: SessionEnd) => void;
  readonly #onAttach: () => void;
  readonly #pacer: InputPacer;
  readonly #viewer: Viewer;
  #stream: WebSocket | undefined;
  #streamKey = "";
  #ended = false;
  #attached = false;
  #outputEnd = 0;
  #outputAcknowledged = 0;
  #ackSent = 0;
  #ackScheduled = false;
  #inputSent = 0;
  #inputAcknowledged = 0;
  #size: TerminalSize | undefined;
  #resizeTimer: NodeJS.Timeout | undefined;
  #exit: Exit | undefined;

  constructor(
    session: RelayedSession,
    {
      token,
      rules,
      metrics,
      makeViewer,
      onAttach,
      onEnd,
      onLimited,
    }: {
      token: SessionToken;
      rules: RelayRules;
      metrics: Metrics;
      makeViewer(events: ViewerEvents): Viewer;
      /** The host has answered: the session can be seen. */
      onAttach(): void;
      onEnd(end: SessionEnd): void;
      onLimited(): void;
    },
  ) {
    this.session = session;
    this.#token = token;
    this.#metrics = metrics;
    this.#onEnd = onEnd;
    this.#onAttach = onAttach;
    this.#viewer = makeViewer({
      input: (bytes) => this.#pacer.push(bytes),
      resize: (size) => this.#resize(size),
      acknowledged: (offset) => this.#acknowledge(offset),
      broken: (reason) => this.end({ cause: "failed", code: "PROTOCOL_ERROR", message: reason }),
      closed: () => this.end({ cause: "viewer_left" }),
    });
    this.#pacer = new InputPacer(rules.messagesPerSecond, {
      take: rules.take,
      tokensAvailable: rules.tokensAvailable,
      ready: () => this.#attached && this.#inputSent - this.#inputAcknowledged < HOST_INPUT_WINDOW_BYTES,
      send: (bytes) => this.#type(bytes),
      limited: () => {
        this.#viewer.notice({ code: "RATE_LIMITED", message: "Rate limit exceeded" });
        onLimited();
      },
      pause: () => this.#viewer.pause(),
      resume: () => this.#viewer.resume(),
      now: () => performance.now(),
    });
  }

  /** The host has dialled: from here on bytes flow. A second stream of the same attachment is refused. */
  join(stream: WebSocket, streamKey: string): void {
    if (this.#ended || this.#stream) {
      stream.close(ERRORS.SESSION_TAKEN_OVER.close, "the session has ended");
      return;
    }
    this.#stream = stream;
    this.#streamKey = streamKey;
    stream.on("message", (data, isBinary) => {
      const bytes = data as Buffer;
      const frame = isBinary ? decodeFrame(bytes) : undefined;
      if (frame) this.#fromHost(frame, bytes);
      else this.#hostBroke("a frame could not be read");
    });
    stream.once("close", () => {
      if (this.#exit) this.end({ cause: "exited", exit: this.#exit });
      else this.#lost("the connection to the machine ended");
    });
  }

  /** Ends the session for both sides, once. */
  end(end: SessionEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#pacer.close();
    clearTimeout(this.#resizeTimer);
    if (end.cause === "failed") {
      const entry: { close?: number } = ERRORS[end.code];
      this.#viewer.exit({ exit_code: null, signal: null, code: end.code, message: end.message }, this.#outputEnd);
      this.#viewer.close(entry.close ?? 1011, end.message);
    } else {
      this.#viewer.close(1000, "Shell session ended");
    }
    this.#stream?.close(1000, end.cause === "failed" ? end.code : end.cause);
    this.#onEnd(end);
  }

  #fromHost(frame: Frame, bytes: Buffer): void {
    if (this.#ended || frame.epoch !== this.session.epoch) return;
    switch (frame.kind) {
      case FrameKind.attached:
        return this.#onAttached(frame, bytes);
      case FrameKind.output:
        return this.#onOutput(frame, bytes);
      case FrameKind.inputAck:
        if (frame.offset > this.#inputSent || frame.payload.length > 0) {
          return this.#hostBroke("a wrong acknowledgement of input");
        }
        // A repeat says nothing; passed on, a flood of them would wait for a viewer that does not read.
        if (frame.offset <= this.#inputAcknowledged) return;
        this.#inputAcknowledged = frame.offset;
        this.#viewer.inputAcknowledged(bytes);
        return this.#pacer.pump();
      case FrameKind.exit: {
        const exit = decodeJson(Exit, frame.payload);
        if (!exit || frame.offset !== this.#outputEnd) return this.#hostBroke("the exit could not be read");
        this.#exit = exit;
        this.#viewer.exit(exit, frame.offset);
        return this.end({ cause: "exited", exit });
      }
      default:
        return this.#hostBroke("a frame came from the wrong side");
    }
  }

  #onAttached({ epoch, payload }: Frame, bytes: Buffer): void {
    const attached = decodeJson(Attached, payload);
    if (!attached || attached.session_id !== this.session.id || this.#attached)
      return this.#hostBroke("a wrong attach");
    if (attached.start > attached.end || attached.end > LAST_OFFSET || attached.in_next > LAST_OFFSET) {
      return this.#hostBroke("an attach beyond what any session can reach");
    }
    this.#attached = true;
    this.#onAttach();
    this.#outputEnd = attached.start;
    this.#outputAcknowledged = attached.start;
    this.#ackSent = attached.start;
    this.#inputSent = attached.in_next;
    this.#inputAcknowledged = attached.in_next;
    this.#viewer.attached(bytes, { epoch, start: attached.start, inputNext: attached.in_next });
    this.#pacer.pump();
    if (this.#size) this.#resize(this.#size);
  }

  #onOutput({ offset, payload }: Frame, bytes: Buffer): void {
    if (!this.#attached || offset !== this.#outputEnd) return this.#hostBroke("output has a hole");
    const outputEnd = offset + payload.length;
    if (!Number.isSafeInteger(outputEnd)) return this.#hostBroke("an offset beyond 2^53");
    if (outputEnd - this.#outputAcknowledged > OUTPUT_WINDOW_BYTES + WINDOW_SLACK_BYTES) {
      return this.#hostBroke("more output than the window allows");
    }
    this.#outputEnd = outputEnd;
    this.#metrics.relayedBytes.inc({ direction: "output" }, payload.length);
    this.#viewer.output(bytes, outputEnd);
  }

  /** Passes the viewer's progress on, at most once in a turn of the event loop: only the newest counts. */
  #acknowledge(offset: number): void {
    if (offset <= this.#outputAcknowledged || offset > this.#outputEnd) return;
    this.#outputAcknowledged = offset;
    if (this.#ackScheduled) return;
    this.#ackScheduled = true;
    setImmediate(() => {
      this.#ackScheduled = false;
      if (this.#ended || this.#ackSent === this.#outputAcknowledged) return;
      this.#ackSent = this.#outputAcknowledged;
      this.#stream?.send(encodeFrame({ kind: FrameKind.ack, epoch: this.session.epoch, offset: this.#ackSent }));
    });
  }

  #type(bytes: Buffer): void {
    this.#metrics.relayedBytes.inc({ direction: "input" }, bytes.length);
    this.#tell("terminal_input", {
      epoch: this.session.epoch,
      offset: this.#inputSent,
      data: bytes.toString("base64"),
    });
    this.#inputSent += bytes.length;
  }

  /** The newest size wins; a window that is dragged sends a few, not hundreds. */
  #resize(size: TerminalSize): void {
    this.#size = size;
    if (!this.#attached || this.#resizeTimer) return;
    this.#tell("terminal_resize", { epoch: this.session.epoch, ...size });
    this.#resizeTimer = setTimeout(() => {
      this.#resizeTimer = undefined;
      if (this.#size !== size && this.#size) this.#resize(this.#size);
    }, RESIZE_MIN_INTERVAL_MS);
  }

  #tell(type: string, payload: unknown): void {
    if (this.#ended) return;
    this.#stream?.send(
      JSON.stringify(signMessage({ type, identity: this.#token, payload, secret: this.#streamKey, now: steadyNow() })),
    );
  }

  #hostBroke(message: string): void {
    this.#lost(`it broke the protocol: ${message}`);
  }

  #lost(message: string): void {
    this.end({ cause: "failed", code: "AGENT_LOST", message });
  }
}
