import { RECONNECT_BASE_MS, RECONNECT_CAP_MS } from "@sallyport/protocol";

/**
 * How long to wait before the next try, in milliseconds: a random time up to min(cap, base * 2^attempt).
 * Full jitter spreads a fleet that lost its server at the same instant (reliability-security.md, F-16).
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(RECONNECT_CAP_MS, RECONNECT_BASE_MS * 2 ** Math.min(attempt, 16));
}
