import type { WebSocket } from "ws";

const EVERY_MS = 5_000;

/**
 * Measures the round trip to the other side of a socket, with the protocol's own pings: once at the start and every
 * few seconds. Returns a function that gives the last one in milliseconds, undefined while there is none.
 */
export function measureLatency(socket: WebSocket): () => number | undefined {
  let latency: number | undefined;
  let sentAt: number | undefined;
  const ping = () => {
    if (socket.readyState !== socket.OPEN || sentAt !== undefined) return;
    sentAt = performance.now();
    socket.ping("latency");
  };
  socket.on("pong", (data: Buffer) => {
    if (sentAt === undefined || data.toString() !== "latency") return;
    latency = performance.now() - sentAt;
    sentAt = undefined;
  });
  const timer = setInterval(ping, EVERY_MS);
  timer.unref();
  socket.once("close", () => clearInterval(timer));
  ping();
  return () => latency;
}
