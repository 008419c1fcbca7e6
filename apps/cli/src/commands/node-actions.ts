/** What operators do with gateways, hubs and spokes. One code for the three. */
import { nodeFile, nodeFilePath } from "@sallyport/client";
import { AppError, type NodeKind, type NodeView, nodeAdminApi } from "@sallyport/protocol";
import type { Cli } from "../cli.ts";
import { ask } from "../output/ask.ts";
import { NODE_COLUMNS, nodeFields } from "../output/node-table.ts";
import { resolveOfKind } from "../session/resolve-machine.ts";
import type { Operator } from "../signed-in.ts";

/** As for a session that somebody else has: asked, and not done. */
const DECLINED = 5;

export interface NodeOptions {
  name?: string;
  agentId?: string;
  session?: string | true;
  tag?: string[];
  hubEndpoint?: string;
}

export async function createNode(cli: Cli, kind: NodeKind, name: string, options: NodeOptions): Promise<void> {
  const { api, orgId, server } = await cli.signedIn();
  const node = await api.act(nodeAdminApi, "create", { org_id: orgId, kind, name, ...changesOf(options) });
  showToken(cli, node, server, `Created ${kind} ${node.name}, id ${node.id}.`);
}

export async function listNodes({ print, signedIn }: Cli, kind: NodeKind): Promise<void> {
  const { api, orgId } = await signedIn();
  const { nodes } = await api.act(nodeAdminApi, "list", { org_id: orgId, kind });
  print.list(nodes, NODE_COLUMNS, { empty: `There is no ${kind} yet.` });
}

export async function showNode({ print, signedIn }: Cli, kind: NodeKind, wanted: string): Promise<void> {
  print.one(await findNode(await signedIn(), kind, wanted), nodeFields);
}

export async function updateNode(
  { print, signedIn }: Cli,
  kind: NodeKind,
  wanted: string,
  options: NodeOptions,
): Promise<void> {
  const operator = await signedIn();
  const { id } = await findNode(operator, kind, wanted);
  const changes = { ...changesOf(options), ...(options.name !== undefined && { name: options.name }) };
  const node = await operator.api.act(nodeAdminApi, "update", { org_id: operator.orgId, node_id: id, ...changes });
  print.one(node, nodeFields);
}

export async function rotateNodeToken(cli: Cli, kind: NodeKind, wanted: string): Promise<void> {
  const operator = await cli.signedIn();
  const { id } = await findNode(operator, kind, wanted);
  const node = await operator.api.act(nodeAdminApi, "rotate_token", { org_id: operator.orgId, node_id: id });
  const told = `The former token of ${kind} ${node.name} registers nothing any more; a connected agent stays connected.`;
  showToken(cli, node, operator.server, told);
}

export async function deleteNode(
  { signedIn }: Cli,
  kind: NodeKind,
  wanted: string,
  { yes = false }: { yes?: boolean },
): Promise<void> {
  const operator = await signedIn();
  const { id, name } = await findNode(operator, kind, wanted);
  if (!yes && !process.stdin.isTTY) {
    throw new AppError("INVALID_INPUT", { reason: "Nobody is here to ask whether to delete it; say --yes" });
  }
  if (!yes && !(await ask(`Delete ${kind} ${name} and end its sessions?`))) {
    process.stderr.write("Nothing was deleted.\n");
    process.exitCode = DECLINED;
    return;
  }
  await operator.api.act(nodeAdminApi, "delete", { org_id: operator.orgId, node_id: id });
  process.stderr.write(`Deleted ${kind} ${name}.\n`);
}

async function findNode({ api, orgId }: Operator, kind: NodeKind, wanted: string): Promise<NodeView> {
  const { nodes } = await api.act(nodeAdminApi, "list", { org_id: orgId, kind });
  const addressed = nodes.map((node) => ({ id: node.id, name: node.name, agent_id: node.agent_id, kind, node }));
  return resolveOfKind(addressed, kind, wanted).node;
}

/** What stands on standard output is the node's file, so that it can be sent straight to where it belongs. */
function showToken({ print }: Cli, node: NodeView & { token: string }, server: string, told: string): void {
  print.text(node, () => nodeFile(node, server));
  if (print.format !== "table") return;
  const path = nodeFilePath(node);
  process.stderr.write(`
${told} The token is shown only now. Save the lines above on the ${node.type} as
${path}, readable by root only, and start its agent there:

  sudo chmod 600 ${path}
  sudo ztna service install --config ${path}

or, to try it in a terminal:  ztna agent --config ${path}
`);
}

const changesOf = ({ agentId, session, tag, hubEndpoint }: NodeOptions) => ({
  ...(agentId !== undefined && { agent_id: agentId }),
  // Without a value it means yes.
  ...(session !== undefined && { session_enabled: session !== "false" }),
  ...(tag !== undefined && { tags: tag }),
  ...(hubEndpoint !== undefined && { hub_endpoint: hubEndpoint }),
});
