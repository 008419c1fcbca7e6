import { nodeAdminApi } from "@sallyport/protocol";
import type { Command } from "commander";
import { agentTable } from "../output/agent-table.ts";
import { type Format, formatOption, print } from "../output/format.ts";
import { signedIn } from "../signed-in.ts";

/** `gatekey-admin session list`: agents that are connected and take sessions (GK-024). */
async function sessionList({ output }: { output: Format }): Promise<void> {
  const { api, orgId } = await signedIn();
  const { agents } = await api.act(nodeAdminApi, "list_agents", { org_id: orgId });
  print(agents, output, () => (agents.length > 0 ? agentTable(agents) : "No agents currently connected\n"));
}

export function registerSessionList(session: Command): void {
  session
    .command("list")
    .description("agents on which sessions can be opened now: connected, and enabled on both sides; times are UTC")
    .addOption(formatOption())
    .addHelpText("after", "\nExamples:\n  gatekey-admin session list\n  gatekey-admin session list -o jsonl")
    .action(sessionList);
}
