import { type AgentView, AppError } from "@sallyport/protocol";

type Addressed = Pick<AgentView, "id" | "agent_id" | "node_name">;

/** In this order, and in any case of letters: what matches first decides. */
const BY = [
  ({ agent_id }: Addressed) => agent_id,
  ({ node_name }: Addressed) => node_name,
  ({ id }: Addressed) => id,
] as const;

/**
 * The agent of that agent id, else of that node name, else of that id.
 *
 * @throws AppError `NOT_FOUND` when it is not connected with sessions enabled, `INVALID_INPUT` when several are meant
 */
export function resolveAgent<Agent extends Addressed>(agents: readonly Agent[], wanted: string): Agent {
  for (const of of BY) {
    const [only, another] = agents.filter((agent) => of(agent).toLowerCase() === wanted.toLowerCase());
    if (only && another) {
      const ids = agents.filter((agent) => of(agent).toLowerCase() === wanted.toLowerCase()).map(({ id }) => id);
      throw new AppError("INVALID_INPUT", {
        reason: `Several agents are called ${wanted}; use an id: ${ids.join(", ")}`,
      });
    }
    if (only) return only;
  }
  throw new AppError("NOT_FOUND", { what: `A connected agent ${wanted}` });
}
