/** What a `TerminalSession` is given, and what it tells. */
import type { Attached, Exit, Notice, SessionView, TerminalSize } from "@sallyport/protocol";
import type { Clock } from "./clock.ts";
import type { SocketLike } from "./terminal-stream.ts";

export type SessionState =
  | { state: "connecting" }
  /** Attached. `resumed`: after a break, or to a session that another window had opened. */
  | { state: "connected"; resumed: boolean }
  /** The control plane is there, the machine is not; the control plane goes on trying. */
  | { state: "waiting"; reason: string }
  /** `retryAt` in milliseconds since the epoch; in the past while a try is under way. */
  | { state: "reconnecting"; attempt: number; retryAt: number; reason: string }
  /** Open in another window: take it over, or leave it. */
  | { state: "elsewhere"; session: SessionView }
  /** Another window took it; `takeOver` takes it back. */
  | { state: "taken_over" }
  /** `cause`: `exited`, or a lower-case code of the error catalogue. Final. */
  | { state: "ended"; exit: Exit | undefined; cause: string; closeCode: number }
  /** No right, the sign-in is over, or there is no such session: final until `retryNow`. */
  | { state: "refused"; code: string; message: string };

export interface TerminalSessionEvents {
  state(state: SessionState): void;
  /** The terminal must be cleared: what follows redraws it. What was not drawn yet still counts for `drawn`. */
  reset(): void;
  /** Call `drawn` of the session when the terminal has taken these bytes. */
  output(bytes: Uint8Array): void;
  /** Output between these offsets is lost; told where it is missing. */
  gap(gap: { from: number; to: number }): void;
  /** Bytes before `attached.end` are old: a terminal must not answer what programs asked in them. */
  attached(attached: Attached): void;
  /** What was typed and is not in the terminal yet, while not connected or late. `bytes` is 0 when there is none any more. */
  pendingInput(pending: { bytes: number; text: Uint8Array }): void;
  /** The program has taken some of what was typed. */
  inputTaken?(): void;
  /** Typed bytes that were given up: they are not sent any more, and may or may not have arrived. */
  inputDropped(byteCount: number): void;
  notice(notice: Notice): void;
  latency(latency: { controlPlaneMs: number; machineMs: number | undefined }): void;
}

export interface SessionTarget {
  baseUrl: string;
  orgId: string;
  machineId: string;
}

export interface SessionStatus {
  session: SessionView;
  may_attach: "yes" | "takeover" | "no";
}

export interface TerminalSessionOptions {
  target: SessionTarget;
  /** Opens a socket; in browsers `(url, protocols) => new WebSocket(url, protocols)`. */
  dial(url: string, protocols: string[]): SocketLike;
  /** A valid access token, refreshed if needed; rejects when the sign-in is over. */
  accessToken(): Promise<string>;
  /** Makes a shell token for a new session (`create_session`). */
  createSession(): Promise<string>;
  /** Asks for a session (`session_status`); rejects with RemoteError or a network error. */
  status(sessionId: string, reattachToken: string): Promise<SessionStatus>;
  size: TerminalSize;
  /** Goes on with this session instead of opening a new one. */
  resume?:
    | { sessionId: string; reattachToken?: string | undefined; have?: number | undefined; takeOver?: boolean }
    | undefined;
  random?: () => number;
  clock?: Clock;
}
