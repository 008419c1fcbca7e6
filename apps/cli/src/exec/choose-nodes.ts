import { AppError, agentIdOf, nodeAdminApi } from "@sallyport/protocol";
import { findMachine } from "../session/find-machine.ts";
import type { Operator } from "../signed-in.ts";
import type { ExecNode } from "./exec-run.ts";
import { parseSelector } from "./selector.ts";

/** The machine that an operator names, as commands call it. */
export async function chooseNode(operator: Operator, wanted: string): Promise<ExecNode> {
  const machine = await findMachine(operator, wanted.trim());
  return { id: machine.id, name: agentIdOf(machine) };
}

/** Several, by names that commas separate; each once. */
export async function chooseNodes(operator: Operator, names: string): Promise<ExecNode[]> {
  const chosen = await Promise.all(names.split(",").map((name) => chooseNode(operator, name)));
  return [...new Map(chosen.map((node) => [node.id, node])).values()];
}

/**
 * The connected nodes that any of the selectors chooses, by agent id.
 *
 * @throws AppError `NOT_FOUND` when there is none, `INVALID_INPUT`
 */
export async function selectNodes({ api, orgId }: Operator, selectors: readonly string[]): Promise<ExecNode[]> {
  const predicates = selectors.map(parseSelector);
  const { agents } = await api.act(nodeAdminApi, "list_agents", { org_id: orgId });
  const chosen = agents.filter((agent) => predicates.some((holds) => holds(agent)));
  if (chosen.length === 0) throw new AppError("NOT_FOUND", { what: `A connected node with ${selectors.join(" or ")}` });
  return chosen.map(({ id, agent_id }) => ({ id, name: agent_id }));
}
