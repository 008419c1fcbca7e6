import { expect, test } from "vitest";
import { chooseNode, listLocations, type Node } from "./locations.ts";

const node = (type: Node["type"], id: string, name: string, isReady = true): Node => ({
  type,
  id,
  agentId: `agent-of-${name}`,
  name,
  isReady,
});
const NODES = [
  node("spoke", "ghi789", "spoke-datacenter"),
  node("hub", "def456", "hub-1"),
  node("hub", "hub-2", "def456"),
  node("gateway", "abc123", "gateway-west"),
  node("gateway", "off", "gateway-east", false),
  node("machine", "m1", "twin"),
  node("machine", "m2", "twin"),
];

test("GK-062 GK-063 GK-064 GK-125 locations are the control plane, then the nodes that are ready, by type", () => {
  expect(listLocations(NODES).map(({ location, label }) => `${location} ${label}`)).toEqual([
    "control-plane Control Plane",
    "gateway:abc123 Gateway: gateway-west",
    "hub:def456 Hub: hub-1",
    "hub:hub-2 Hub: def456",
    "spoke:ghi789 Spoke: spoke-datacenter",
    "machine:m1 Machine: twin",
    "machine:m2 Machine: twin",
  ]);
});

test.each([
  ["hub:def456", "def456"],
  ["hub:hub-2", "hub-2"],
  ["spoke:spoke-datacenter", "ghi789"],
  ["gateway:gateway-east", "off"],
  ["gateway:agent-of-gateway-east", "off"],
  ["machine:m2", "m2"],
])("X-29 GK-054 %s is a node by its id, or else by its name", (text, id) => {
  expect(chooseNode(text, NODES).id).toBe(id);
});

test.each(["spoke:hub-1", "hub:nosuch", "machine:hub-1"])("%s is not found", (text) => {
  expect(() => chooseNode(text, NODES)).toThrow(`Location ${text} not found`);
});

test("X-29 an ambiguous name is refused", () => {
  expect(() => chooseNode("machine:twin", NODES)).toThrow("Several machines are called twin; use an id");
});

test.each(["", "hub", "hub:", "router:x", ":x", "control-plane:x", "HUB:x"])("%j is no location", (text) => {
  expect(() => chooseNode(text, NODES)).toThrow("Unknown location type");
});
