import { DEAD_AFTER_MS, PING_INTERVAL_MS } from "@sallyport/protocol";
import type { WebSocket } from "ws";

/**
 * Ends a socket whose other side is gone without a goodbye: no bytes at all for `DEAD_AFTER_MS`, although it was
 * pinged. Time that our own process was stalled does not count against the other side, and neither does time in
 * which we stopped reading it.
 */
export function keepAlive(socket: WebSocket): void {
  let silentMs = 0;
  let lastTick = performance.now();
  const heard = () => {
    silentMs = 0;
  };
  socket.on("message", heard);
  socket.on("pong", heard);
  socket.on("ping", heard);

  const timer = setInterval(() => {
    const now = performance.now();
    const stalled = now - lastTick > 2 * PING_INTERVAL_MS;
    lastTick = now;
    if (stalled) return;
    // A paused socket hears nothing, but writing to one whose other side is gone still finds out.
    if (!socket.isPaused) silentMs += PING_INTERVAL_MS;
    if (silentMs >= DEAD_AFTER_MS) socket.terminate();
    else if (socket.readyState === socket.OPEN) socket.ping();
  }, PING_INTERVAL_MS);
  timer.unref();
  socket.once("close", () => clearInterval(timer));
}
