import type { NodeView } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { nodeFile } from "./node-file.ts";

const node: NodeView & { token: string } = {
  id: "0f0f0f0f-9f6c-4b8e-8a52-6f1f5f0c1d11",
  org_id: "0f0f0f0f-9f6c-4b8e-8a52-6f1f5f0c1d12",
  name: "spoke-datacenter",
  type: "spoke",
  agent_id: "spoke-dc",
  status: "offline",
  connected_at: null,
  session_enabled: true,
  agent_session_enabled: false,
  hub_endpoint: "hub.example.com:1194",
  tags: [],
  tailnet_ip: "100.64.0.1",
  os: null,
  version: null,
  last_seen: null,
  created_at: "2026-11-26T12:00:00.000Z",
  token: "spoke_xxxxx",
};

test("GK-016 GK-017 a spoke's file is the documented one", () => {
  expect(nodeFile(node, "https://vpn.company.com")).toBe(`# /etc/gatekey/spoke.yaml
name: spoke-datacenter
control_plane_url: https://vpn.company.com
hub_endpoint: hub.example.com:1194
token: spoke_xxxxx

session_enabled: true
`);
});

test("X-47 a control plane without TLS has to be allowed, unless it is on the machine itself", () => {
  expect(nodeFile(node, "http://door.example.com")).toContain("insecure: true");
  expect(nodeFile(node, "http://127.0.0.1:8080")).not.toContain("insecure");
});

test.each(["yes: 1", "On", "null", "1", "12:30", "a #b", "- a", "€", "a:", "'a'"])(
  "%s, which YAML would take for something else, is in quotes",
  (name) => expect(nodeFile({ ...node, name }, "https://a.example")).toContain(`name: ${JSON.stringify(name)}\n`),
);
