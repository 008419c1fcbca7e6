export { backoffMs } from "./backoff.ts";
export { type Clock, systemClock, type Timer } from "./clock.ts";
export { decideControlUrl, isLoopbackHost, isReadableOnTheWay, type UrlDecision } from "./decide-url.ts";
export { ExecSession, type ExecSessionEvents, type ExecSessionOptions } from "./exec-session.ts";
export { type CallInput, HttpClient, type HttpClientOptions } from "./http-client.ts";
export { nodeFile, nodeFilePath } from "./node-file.ts";
export { INPUT_PASTE_BYTES } from "./pending-input.ts";
export { type EchoCursor, PredictiveEcho, type PredictiveEchoOptions } from "./predictive-echo.ts";
export type {
  SessionState,
  SessionStatus,
  SessionTarget,
  TerminalSessionEvents,
  TerminalSessionOptions,
} from "./session-contract.ts";
export {
  buildWsUrl,
  newReattachToken,
  type ShellAccess,
  type ShellSessionChoice,
  type ShellSocketRequest,
  type ShellTicket,
  shellSocket,
  socketUrl,
} from "./shell-socket.ts";
export { TerminalSession } from "./terminal-session.ts";
export {
  type SocketLike,
  type StreamEnd,
  type StreamParts,
  TerminalStream,
  type TerminalStreamEvents,
} from "./terminal-stream.ts";
