/** Prometheus metrics of this process; names are `sallyport_<part>_<what>_<unit>`. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "sallyport_" });
  const registers = [registry];
  return {
    registry,
    httpDuration: new Histogram({
      name: "sallyport_http_request_duration_seconds",
      help: "Time to answer an HTTP request",
      labelNames: ["method", "route", "status"],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
    agents: new Gauge({ name: "sallyport_agents_connected", help: "Agents linked to this node", registers }),
    sessions: new Gauge({ name: "sallyport_sessions_active", help: "Sessions relayed by this node", registers }),
    sessionOpen: new Histogram({
      name: "sallyport_session_open_seconds",
      help: "From the viewer's request to the first frame of the machine",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10],
      registers,
    }),
    relayedBytes: new Counter({
      name: "sallyport_relayed_bytes_total",
      help: "Terminal bytes relayed, by direction",
      labelNames: ["direction"],
      registers,
    }),
    desktopStreams: new Gauge({
      name: "sallyport_desktop_streams_active",
      help: "Desktops relayed by this node, where WebRTC could not pass",
      registers,
    }),
    desktopBytes: new Counter({
      name: "sallyport_desktop_relayed_bytes_total",
      help: "Bytes of desktops relayed, by direction",
      labelNames: ["direction"],
      registers,
    }),
    socketRefusals: new Counter({
      name: "sallyport_socket_refusals_total",
      help: "WebSocket handshakes refused, by code",
      labelNames: ["code"],
      registers,
    }),
    auditShipped: new Counter({
      name: "sallyport_audit_shipped_rows_total",
      help: "Audit rows that Loki has taken from this node",
      registers,
    }),
    auditBacklog: new Gauge({
      name: "sallyport_audit_backlog_rows",
      help: "Audit rows that Loki has not yet, as the node that ships saw it last",
      registers,
    }),
    auditShipFailures: new Counter({
      name: "sallyport_audit_ship_failures_total",
      help: "Pushes that Loki refused or did not answer",
      registers,
    }),
    auditGaps: new Counter({
      name: "sallyport_audit_gaps_total",
      help: "Runs of audit rows that were missing when they were to be shipped",
      registers,
    }),
    busConnected: new Gauge({
      name: "sallyport_bus_connected",
      help: "Whether the message bus between nodes is connected",
      registers,
    }),
    busRejected: new Counter({
      name: "sallyport_bus_rejected_total",
      help: "Signals from the message bus that were not believed",
      registers,
    }),
    keyWarnings: new Counter({
      name: "sallyport_auth_key_warnings_total",
      help: "Auth keys that were warned of, once each, because they expire soon",
      registers,
    }),
    rateLimited: new Counter({
      name: "sallyport_rate_limited_total",
      help: "Attempts refused or paced by a rate limit, by what was limited",
      labelNames: ["what"],
      registers,
    }),
  };
}
