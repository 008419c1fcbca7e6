import type { IncomingMessage } from "node:http";
import proxyAddr from "@fastify/proxy-addr";

/** The caller's address for WebSocket handshakes, by the same rule that Fastify applies to requests. */
export function clientAddressRule(trustProxy: readonly string[]): (request: IncomingMessage) => string {
  const trusted = proxyAddr.compile([...trustProxy]);
  return (request) => proxyAddr(request, trusted);
}
