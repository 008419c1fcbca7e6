import type { NodeView } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { nodeCommands } from "./node-commands.ts";

const node: NodeView & { token: string } = {
  id: "0f0f0f0f-9f6c-4b8e-8a52-6f1f5f0c1d11",
  org_id: "0f0f0f0f-9f6c-4b8e-8a52-6f1f5f0c1d12",
  name: "gateway-1",
  type: "gateway",
  agent_id: "gateway-1",
  status: "offline",
  connected_at: null,
  session_enabled: true,
  agent_session_enabled: false,
  hub_endpoint: null,
  tags: [],
  tailnet_ip: null,
  os: null,
  version: null,
  last_seen: null,
  created_at: "2026-11-26T12:00:00.000Z",
  token: "gw_xxxxx",
};

test("a service reads its file where the documents have it", () => {
  expect(
    nodeCommands(node, "https://vpn.company.com", "service"),
  ).toBe(`sudo install -D -m 600 /dev/stdin /etc/gatekey/gateway.yaml <<'END'
# /etc/gatekey/gateway.yaml
name: gateway-1
control_plane_url: https://vpn.company.com
token: gw_xxxxx

session_enabled: true
END
sudo npx ztna service install --config /etc/gatekey/gateway.yaml`);
});

test("to try it takes no root", () => {
  const lines = nodeCommands({ ...node, type: "hub" }, "https://vpn.company.com", "terminal").split("\n");
  expect(lines[0]).toBe("install -m 600 /dev/stdin hub.yaml <<'END'");
  expect(lines.at(-1)).toBe("npx ztna agent --config hub.yaml");
});
