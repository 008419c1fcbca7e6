import type { NodeView } from "@sallyport/protocol";
import type { Column, Field } from "./printer.ts";
import { seconds } from "./seconds.ts";

/** Nodes for people. */
export const NODE_COLUMNS: readonly Column<NodeView>[] = [
  { header: "AGENT ID", cell: ({ agent_id }) => agent_id, whole: true },
  { header: "NAME", cell: ({ name }) => name },
  { header: "CONNECTED", cell: (node) => connectionOf(node) ?? lastSeen(node) },
  { header: "SESSIONS", cell: sessionsOf },
  { header: "TAGS", cell: ({ tags }) => tags.join(",") || "-" },
  { header: "ID", cell: ({ id }) => id, whole: true },
];

/** One node, a line for each thing there is to know. */
export const nodeFields = (node: NodeView): Field[] => [
  ["Name", node.name],
  ["Type", node.type],
  ["Agent ID", node.agent_id],
  ["ID", node.id],
  ["Status", node.status],
  ["Connected", connectionOf(node) ?? `no, ${lastSeen(node)}`],
  ["Sessions", sessionsOf(node)],
  ...(node.hub_endpoint === null ? [] : [["Hub endpoint", node.hub_endpoint] satisfies Field]),
  ["Tags", node.tags.join(", ") || "-"],
  ["Address", node.tailnet_ip ?? "-"],
  ["System", node.os ?? "-"],
  ["Agent", node.version ?? "-"],
  ["Created", seconds(node.created_at)],
];

const connectionOf = ({ connected_at }: NodeView): string | undefined =>
  connected_at === null ? undefined : `since ${seconds(connected_at)}`;

const lastSeen = ({ last_seen }: NodeView): string =>
  last_seen === null ? "never came" : `last seen ${seconds(last_seen)}`;

/** Both switches in words: who sees "off" must know where to switch it on. */
function sessionsOf({ session_enabled, agent_session_enabled, last_seen }: NodeView): string {
  if (!session_enabled) return "off";
  return agent_session_enabled || last_seen === null ? "on" : "off in its YAML";
}
