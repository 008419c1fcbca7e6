import { createHmac } from "node:crypto";

/**
 * The key of one connection's signed messages, 64 hex characters: HMAC-SHA256 of the machine's key over a label and
 * what makes the connection unique (a fresh challenge of the receiving side, a session id, an epoch). Messages that
 * were captured on one connection therefore verify on no other, not even after both sides restarted (hazard H14).
 */
export function deriveChannelKey(machineKey: string, label: string, ...parts: readonly string[]): string {
  // JSON keeps ["a","bc"] and ["ab","c"] apart.
  return createHmac("sha256", machineKey)
    .update(JSON.stringify([label, ...parts]))
    .digest("hex");
}
