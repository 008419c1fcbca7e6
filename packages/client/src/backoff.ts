import {
  RECONNECT_BASE_MS,
  RECONNECT_CAP_MS,
  RECONNECT_EAGER_CAP_MS,
  RECONNECT_EAGER_FOR_MS,
} from "@sallyport/protocol";

/**
 * How long to wait before the next try, in milliseconds: a random time up to min(cap, base * 2^attempt).
 * Full jitter spreads a fleet that lost its server at the same instant (reliability-security.md, F-16).
 *
 * @param outageMs how long there has been no connection, for who has a session that waits; leave it out otherwise
 */
export function backoffMs(
  attempt: number,
  random: () => number = Math.random,
  outageMs: number = Number.POSITIVE_INFINITY,
): number {
  const cap = outageMs < RECONNECT_EAGER_FOR_MS ? RECONNECT_EAGER_CAP_MS : RECONNECT_CAP_MS;
  return random() * Math.min(cap, RECONNECT_BASE_MS * 2 ** Math.min(attempt, 16));
}
