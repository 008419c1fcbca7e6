export { backoffMs } from "./backoff.ts";
export { type CallInput, HttpClient, type HttpClientOptions } from "./http-client.ts";
export { buildWsUrl, type ShellTicket, shellSocket, socketUrl } from "./shell-socket.ts";
export { type SocketLike, type StreamEnd, TerminalStream, type TerminalStreamEvents } from "./terminal-stream.ts";
