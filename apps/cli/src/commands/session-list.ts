import { nodeAdminApi } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { agentTable } from "../output/agent-table.ts";

/** `gatekey-admin session list`: agents that are connected and take sessions (GK-024). */
export async function sessionList({ print, signedIn }: Cli): Promise<void> {
  const { api, orgId } = await signedIn();
  const { agents } = await api.act(nodeAdminApi, "list_agents", { org_id: orgId });
  print.text(agents, () => (agents.length > 0 ? agentTable(agents) : "No agents currently connected\n"));
}
