/** Gateways, hubs and spokes in the machines' table, and which machines have a link now. */
import { type AgentView, agentIdOf, type NodeKind, type NodeView } from "@sallyport/protocol";
import { and, eq, isNotNull, ne, sql } from "drizzle-orm";
import type { Queryable } from "../../platform/db/database.ts";
import { isUuid } from "../../platform/db/is-uuid.ts";
import { machines } from "../../platform/db/schema.ts";
import type { OrgScope } from "../access/index.ts";
import { nodeLives } from "../cluster/index.ts";
import type { Machine } from "./machines.store.ts";

export type NodeRow = Machine & { kind: NodeKind };

const isNode = ne(machines.kind, "machine");
/** A node of the cluster that died took its links along. */
const hasLink = sql<boolean>`(${machines.connectedAt} IS NOT NULL AND ${nodeLives(machines.linkedNodeId)})`;

export const viewNode = (node: NodeRow, isLinked: boolean): NodeView => ({
  id: node.id,
  org_id: node.orgId,
  name: node.name,
  type: node.kind,
  agent_id: agentIdOf({ agent_id: node.agentId, name: node.name }),
  status: node.status,
  connected_at: isLinked ? (node.connectedAt?.toISOString() ?? null) : null,
  session_enabled: node.sessionEnabled,
  agent_session_enabled: node.agentSessionEnabled,
  hub_endpoint: node.hubEndpoint,
  tags: node.tags,
  tailnet_ip: node.tailnetIp,
  os: node.os,
  version: node.version,
  last_seen: node.lastSeen?.toISOString() ?? null,
  created_at: node.createdAt.toISOString(),
});

export async function listNodes(
  db: Queryable,
  { orgId }: OrgScope,
  { kind, id }: { kind?: NodeKind | undefined; id?: string },
): Promise<NodeView[]> {
  if (id !== undefined && !isUuid(id)) return [];
  const rows = await db
    .select({ machine: machines, hasLink })
    .from(machines)
    .where(
      and(
        eq(machines.orgId, orgId),
        isNode,
        kind && eq(machines.kind, kind),
        id === undefined ? undefined : eq(machines.id, id),
      ),
    )
    .orderBy(machines.kind, machines.name, machines.id);
  return rows.map((row) => viewNode(row.machine as NodeRow, row.hasLink));
}

/** One node, locked until the caller's transaction ends. */
export async function lockNode(
  tx: Queryable,
  { orgId }: OrgScope,
  nodeId: string,
): Promise<{ node: NodeRow; isLinked: boolean } | undefined> {
  if (!isUuid(nodeId)) return undefined;
  const [row] = await tx
    .select({ machine: machines, hasLink })
    .from(machines)
    .where(and(eq(machines.orgId, orgId), eq(machines.id, nodeId), isNode))
    .for("update");
  return row && { node: row.machine as NodeRow, isLinked: row.hasLink };
}

/** The node that a token was made for, locked. The token is what admits its agent to the node's organisation. */
export async function lockByToken(tx: Queryable, tokenHash: string): Promise<NodeRow | undefined> {
  const [row] = await tx
    .select()
    .from(machines)
    .where(and(eq(machines.tokenHash, tokenHash), isNode))
    .for("update");
  return row as NodeRow | undefined;
}

/** Whether another machine of the organisation is already addressed so, by agent id, name or id. */
export async function isAddressed(
  db: Queryable,
  { orgId }: OrgScope,
  { wanted, except }: { wanted: string; except: string },
): Promise<boolean> {
  const rows = await db
    .select({ id: machines.id })
    .from(machines)
    .where(
      and(
        eq(machines.orgId, orgId),
        ne(machines.id, except),
        sql`lower(${wanted}) IN (lower(${machines.agentId}), lower(${machines.name}), ${machines.id}::text)`,
      ),
    )
    .limit(1);
  return rows.length > 0;
}

/** Agents on which sessions can be opened now: linked, and with both switches on. By agent id (GK-107). */
export async function listAgents(db: Queryable, { orgId }: OrgScope): Promise<AgentView[]> {
  const rows = await db
    .select()
    .from(machines)
    .where(
      and(
        eq(machines.orgId, orgId),
        isNotNull(machines.connectedAt),
        hasLink,
        eq(machines.status, "online"),
        eq(machines.adminDisabled, false),
        eq(machines.sessionEnabled, true),
        eq(machines.agentSessionEnabled, true),
      ),
    );
  return rows
    .map(({ id, agentId, name, kind, connectedAt, tags }) => ({
      id,
      agent_id: agentIdOf({ agent_id: agentId, name }),
      type: kind,
      node_name: name,
      connected: connectedAt?.toISOString() ?? "",
      tags,
    }))
    .sort((a, b) => compare(a.agent_id, b.agent_id) || compare(a.id, b.id));
}

/** By code points: the same order whatever the database's collation. */
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
