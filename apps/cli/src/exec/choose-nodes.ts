import { type AgentView, AppError, nodeAdminApi } from "@sallyport/protocol";
import { resolveAgent } from "../session/resolve-agent.ts";
import type { Operator } from "../signed-in.ts";
import { parseSelector } from "./selector.ts";

/** What a person wrote: names or ids, separated by commas, or selectors. */
export type Wanted = { names: string } | { selectors: readonly string[] };

/**
 * The connected nodes that a command is for.
 *
 * @throws AppError `NOT_FOUND` when there is none, or none of a name; `INVALID_INPUT`
 */
export async function chooseNodes({ api, orgId }: Operator, wanted: Wanted): Promise<AgentView[]> {
  const { agents } = await api.act(nodeAdminApi, "list_agents", { org_id: orgId });
  return "names" in wanted ? byNames(agents, wanted.names) : bySelectors(agents, wanted.selectors);
}

const byNames = (agents: readonly AgentView[], names: string): AgentView[] => [
  ...new Set(names.split(",").map((name) => resolveAgent(agents, name.trim()))),
];

function bySelectors(agents: readonly AgentView[], selectors: readonly string[]): AgentView[] {
  const predicates = selectors.map(parseSelector);
  const chosen = agents.filter((agent) => predicates.some((holds) => holds(agent)));
  if (chosen.length === 0) throw new AppError("NOT_FOUND", { what: `A connected node with ${selectors.join(" or ")}` });
  return chosen;
}
