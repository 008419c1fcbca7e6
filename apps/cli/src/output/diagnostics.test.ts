import type { DiagnosticRun } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { comparison, diagnosticsList, exitStatusOf, summary, verdict } from "./diagnostics.ts";
import { plain } from "./plain.ts";

const run = (fields: Partial<DiagnosticRun> = {}): DiagnosticRun => ({
  tool: "ping",
  target: "db.example",
  location: "control-plane",
  status: "success",
  output: "",
  truncated: false,
  result: null,
  error: null,
  started_at: "2026-11-26T12:00:00.000Z",
  duration_ms: 3_210,
  exit_code: 0,
  ...fields,
});

test("GK-059 GK-060 GK-061 GK-062 GK-098 the list is the document's, to the letter", () => {
  const tools = [
    { name: "ping", description: "Test ICMP connectivity to a host" },
    { name: "nslookup", description: "Perform DNS lookup for a hostname" },
    { name: "traceroute", description: "Trace the route to a host" },
    { name: "nc", description: "Test TCP connectivity to a port" },
    { name: "nmap", description: "Scan ports on a host" },
  ];
  const locations = [
    { location: "control-plane", type: "control-plane", label: "Control Plane" },
    { location: "gateway:abc123", type: "gateway", label: "Gateway: gateway-west" },
    { location: "hub:def456", type: "hub", label: "Hub: hub-1" },
    { location: "spoke:ghi789", type: "spoke", label: "Spoke: spoke-datacenter" },
  ] as const;
  expect(diagnosticsList({ tools, locations })).toBe(`Available Tools:
  ping         - Test ICMP connectivity to a host
  nslookup     - Perform DNS lookup for a hostname
  traceroute   - Trace the route to a host
  nc           - Test TCP connectivity to a port
  nmap         - Scan ports on a host

Execution Locations:
  control-plane                  (Control Plane)
  gateway:abc123                 (Gateway: gateway-west)
  hub:def456                     (Hub: hub-1)
  spoke:ghi789                   (Spoke: spoke-datacenter)
`);
});

test("U-GK-05 a run ends with its status and duration", () => {
  expect(verdict(run())).toBe("Status:   success\nDuration: 3.2s\n");
  expect(verdict(run({ status: "timeout", error: "timed out after 60 seconds" }))).toBe(
    "Status:   timeout\nError:    timed out after 60 seconds\nDuration: 3.2s\n",
  );
});

test.each([
  [
    { transmitted: 4, received: 3, loss_percent: 25, rtt_ms: { min: 1, avg: 2.5, max: 3, mdev: null } },
    "3/4 received, 25% loss, 2.5 ms",
  ],
  [{ transmitted: 4, received: 0, loss_percent: 100, rtt_ms: null }, "0/4 received, 100% loss"],
  [{ server: null, addresses: ["192.0.2.1", "::1"], cname: null, names: [], failure: null }, "192.0.2.1, ::1"],
  [{ server: null, addresses: [], cname: null, names: ["a.example"], failure: null }, "a.example"],
  [{ server: null, addresses: [], cname: null, names: [], failure: "NXDOMAIN" }, "NXDOMAIN"],
  [{ hops: [{ hop: 1, host: "a", address: "192.0.2.1", rtt_ms: [1] }] }, "1 hops, 192.0.2.1"],
  [{ open: false }, "closed"],
  [{ host_up: false, ports: [] }, "host seems down"],
  [{ host_up: true, ports: [{ port: 22, protocol: "tcp", state: "open", service: "ssh" }] }, "open: 22"],
  [{ host_up: true, ports: [{ port: 22, protocol: "tcp", state: "closed", service: "ssh" }] }, "no port is open"],
  [null, "why"],
])("%j is, in a few words, %s", (result, words) => {
  expect(summary({ result, error: "why" })).toBe(words);
});

test("locations stand side by side, those that could not run with the reason", () => {
  const outcomes = [
    { location: "hub:hub-1", run: run({ result: { open: true } }) },
    { location: "spoke:dc", error: { code: "TOOL_NOT_AVAILABLE", message: "nc is not installed there" } },
  ];
  expect(comparison(outcomes)).toBe(`Location   Status              Duration  Result
hub:hub-1  success             3.2s      open
spoke:dc   TOOL_NOT_AVAILABLE  -         nc is not installed there
`);
});

test.each([
  [["success", "success"], 0],
  [["success", "failed"], 1],
  [["success", "timeout"], 124],
  [["timeout", "failed"], 1],
  [["success", undefined], 1],
] as const)("GK-103 %j end with %i", (statuses, expected) => {
  const error = { code: "NOT_FOUND", message: "" };
  const outcomes = statuses.map((status) =>
    status ? { location: "x", run: run({ status }) } : { location: "x", error },
  );
  expect(exitStatusOf(outcomes)).toBe(expected);
});

test("what hosts answer cannot steer the terminal", () => {
  expect(plain("\x1b]0;evil\x07\tok\r\n\u009b2J")).toBe("?]0;evil?\tok?\n?2J");
});
