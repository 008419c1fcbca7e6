import type { NodeView } from "@sallyport/protocol";
import { printable, table } from "./table.ts";

const seconds = (time: string): string => time.replace("T", " ").slice(0, 19);

/** Nodes for people. Pure. */
export const nodeTable = (nodes: readonly NodeView[], width?: number): string =>
  table(
    ["AGENT ID", "NAME", "CONNECTED", "SESSIONS", "TAGS", "ID"],
    nodes.map((node) => [
      node.agent_id,
      node.name,
      node.connected_at === null ? lastSeen(node) : `since ${seconds(node.connected_at)}`,
      sessionsOf(node),
      node.tags.join(",") || "-",
      node.id,
    ]),
    { width, whole: [0, 5] },
  );

/** One node, a line for each thing there is to know. Pure. */
export function describeNode(node: NodeView): string {
  const lines: [string, string][] = [
    ["Name", node.name],
    ["Type", node.type],
    ["Agent ID", node.agent_id],
    ["ID", node.id],
    ["Status", node.status],
    ["Connected", node.connected_at === null ? `no, ${lastSeen(node)}` : `since ${seconds(node.connected_at)}`],
    ["Sessions", sessionsOf(node)],
    ...(node.hub_endpoint === null ? [] : [["Hub endpoint", node.hub_endpoint] satisfies [string, string]]),
    ["Tags", node.tags.join(", ") || "-"],
    ["Address", node.tailnet_ip ?? "-"],
    ["System", node.os ?? "-"],
    ["Agent", node.version ?? "-"],
    ["Created", seconds(node.created_at)],
  ];
  return lines.map(([name, value]) => `${`${name}:`.padEnd(14)}${printable(value)}\n`).join("");
}

const lastSeen = ({ last_seen }: NodeView): string =>
  last_seen === null ? "never came" : `last seen ${seconds(last_seen)}`;

/** Both switches in words: who sees "off" must know where to switch it on (X-30). */
function sessionsOf({ session_enabled, agent_session_enabled, last_seen }: NodeView): string {
  if (!session_enabled) return "off";
  return agent_session_enabled || last_seen === null ? "on" : "off in its YAML";
}
