import type { AgentView } from "@sallyport/protocol";
import { printable } from "./table.ts";

const HEADER = "Agent ID    Type      Node Name         Connected";
const RULE = "----------- --------- ----------------- -------------------";
const WIDTHS = RULE.split(" ").map(({ length }) => length);

/** The documented table (GK-025 to GK-028); times are UTC. A cell that is too wide keeps all of its text. Pure. */
export function agentTable(agents: readonly AgentView[]): string {
  const rows = agents.map(({ agent_id, type, node_name, connected }) =>
    [agent_id, type, node_name, connected.replace("T", " ").slice(0, 19)]
      .map((cell, column) => printable(cell).padEnd(WIDTHS[column] ?? 0))
      .join(" ")
      .trimEnd(),
  );
  return `${[HEADER, RULE, ...rows].join("\n")}\n`;
}
