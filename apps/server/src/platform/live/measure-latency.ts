import type { WebSocket } from "ws";

const EVERY_MS = 2_000;
/** Somebody who has neither answered nor said anything for this long may be gone. */
const SILENT_MS = 4_000;

/**
 * Measures the round trip to the other side of a socket, with the protocol's own pings: once at the start and every
 * few seconds. Returns a function that gives the last one in milliseconds; undefined while there is none, and while
 * the other side is silent.
 */
export function measureLatency(socket: WebSocket): () => number | undefined {
  let latency: number | undefined;
  let sentAt: number | undefined;
  let heardAt = performance.now();
  const ping = () => {
    if (socket.readyState !== socket.OPEN || sentAt !== undefined) return;
    sentAt = performance.now();
    socket.ping("latency");
  };
  socket.on("message", () => {
    heardAt = performance.now();
  });
  socket.on("pong", (data: Buffer) => {
    heardAt = performance.now();
    if (sentAt === undefined || data.toString() !== "latency") return;
    latency = heardAt - sentAt;
    sentAt = undefined;
  });
  const timer = setInterval(ping, EVERY_MS);
  timer.unref();
  socket.once("close", () => clearInterval(timer));
  ping();
  return () => {
    const isSilent = sentAt !== undefined && performance.now() - Math.max(sentAt, heardAt) > SILENT_MS;
    return isSilent ? undefined : latency;
  };
}
