import type { AgentView } from "@sallyport/protocol";
import { expect, test } from "vitest";
import { agentTable } from "./agent-table.ts";

const agent = (agent_id: string, type: AgentView["type"], node_name: string, connected: string): AgentView => ({
  id: "0f0f0f0f-9f6c-4b8e-8a52-6f1f5f0c1d11",
  agent_id,
  type,
  node_name,
  connected,
  tags: [],
});

test("GK-025 GK-026 GK-027 GK-028 GK-029 GK-130 the documented list, to the letter", () => {
  const agents = [
    agent("hub-1", "hub", "hub-1", "2024-01-15T10:30:45.123Z"),
    agent("spoke-dc", "spoke", "spoke-datacenter", "2024-01-15T10:32:12.000Z"),
    agent("gw-west", "gateway", "gateway-west", "2024-01-15T10:28:00.999Z"),
  ];
  expect(agentTable(agents)).toBe(`Agent ID    Type      Node Name         Connected
----------- --------- ----------------- -------------------
hub-1       hub       hub-1             2024-01-15 10:30:45
spoke-dc    spoke     spoke-datacenter  2024-01-15 10:32:12
gw-west     gateway   gateway-west      2024-01-15 10:28:00
`);
});

test("what does not fit its column stays whole, and cannot steer the terminal", () => {
  const [, , row] = agentTable([agent("a-very-long-agent-id", "hub", "\x1b[2Jx", "2024-01-15T10:30:45Z")]).split("\n");
  expect(row).toBe("a-very-long-agent-id hub       ?[2Jx             2024-01-15 10:30:45");
});
