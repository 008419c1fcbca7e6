import { ERRORS, STREAM_DIAL_TIMEOUT_MS } from "@sallyport/protocol";
import type { SocketEnd } from "../platform/dial-web-socket.ts";

const NORMAL_CLOSE = 1000;

export type OnStreamLost = { act: "hang up"; reason: string } | { act: "wait"; ms: number; reason: string };

/** Close codes after which the control plane sends a command to attach again, to this node or another one. */
const REATTACHES: ReadonlySet<number> = new Set(
  [ERRORS.SESSION_TAKEN_OVER.close, ERRORS.SHUTTING_DOWN.close].filter(isCode),
);

/**
 * What becomes of a session whose stream ended before its program did. Without resume, a viewer that is gone cannot
 * come back, so its shell is hung up, as a modem line would; the resuming version will wait a grace period instead.
 */
export function decideOnStreamLost({ code, reason, refusal }: SocketEnd): OnStreamLost {
  if (refusal) return { act: "hang up", reason: `the stream was refused: ${reason}` };
  if (REATTACHES.has(code)) return { act: "wait", ms: STREAM_DIAL_TIMEOUT_MS, reason: "no viewer attached again" };
  if (code !== NORMAL_CLOSE) return { act: "hang up", reason: `the stream was lost: ${reason}` };
  return { act: "hang up", reason: reason === "viewer_left" ? "viewer left" : `the control plane ended it: ${reason}` };
}

function isCode(code: number | undefined): code is number {
  return code !== undefined;
}
