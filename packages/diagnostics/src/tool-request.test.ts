import type { DiagnosticRequest } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { toolRequest } from "./tool-request.ts";

const asked = (fields: Partial<DiagnosticRequest>): DiagnosticRequest => ({
  tool: "ping",
  target: "example.com",
  timeout_seconds: 60,
  ...fields,
});

test.each([
  [{}, "-c 4 -- example.com"],
  [{ count: 20 }, "-c 20 -- example.com"],
  [{ tool: "nslookup" }, "example.com"],
  [{ tool: "traceroute" }, "-m 20 -- example.com"],
  [{ tool: "traceroute", max_hops: 3 }, "-m 3 -- example.com"],
  [{ tool: "nc", port: 443 }, "-zv -w 5 -- example.com 443"],
  [{ tool: "nmap", ports: "22,80,443" }, "-sT -p 22,80,443 -- example.com"],
  [{ tool: "nmap", ports: "22", target: "2001:db8::1" }, "-6 -sT -p 22 -- 2001:db8::1"],
] as const)("U-GK-07 GK-122 GK-124 %j runs %s", (fields, command) => {
  const request = toolRequest(asked(fields));
  expect(request.argumentsFor(request.target).join(" ")).toBe(command);
});

test.each([
  [{ tool: "nc" }, "--port is required for netcat"],
  [{ tool: "nmap" }, "--ports is required for nmap"],
  [{ tool: "nc", port: 22, ports: "22" }, "ports is for nmap, not for nc"],
  [{ tool: "nslookup", count: 1 }, "count is for ping, not for nslookup"],
  [{ max_hops: 1 }, "max_hops is for traceroute, not for ping"],
  [{ target: "2001:0db8::1" }, "target must be written 2001:db8::1"],
  [{ target: "fe80::1%eth0" }, "target must be an address without a zone"],
] as const)("U-GK-04 GK-123 %j is refused: %s", (fields, reason) => {
  expect(() => toolRequest(asked(fields))).toThrow(reason);
});
