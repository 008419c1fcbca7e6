/** Gateways, hubs and spokes (GK-022): machines that an administrator makes before their agents come. */
import { z } from "zod";
import { action, actionEndpoint, endpoint } from "./endpoint.ts";
import { AnyId, Instant, Name, Tags } from "./fields.ts";
import { Claim, DeviceSecret, MachineKind, MachineStatus, Registration } from "./machines.ts";

export const NODE_KINDS = ["gateway", "hub", "spoke"] as const;
export const NodeKind = z.enum(NODE_KINDS);
export type NodeKind = z.infer<typeof NodeKind>;

/** What a node's token begins with (GK-018). */
export const NODE_TOKEN_PREFIXES = { gateway: "gw_", hub: "hub_", spoke: "spoke_" } as const satisfies Record<
  NodeKind,
  string
>;

/** Of which kind of node a token is, by its beginning; undefined when it is no node's. Pure. */
export const kindOfToken = (token: string): NodeKind | undefined =>
  NODE_KINDS.find((kind) => token.startsWith(NODE_TOKEN_PREFIXES[kind]));

/** How operators address a machine (GK-029): by what it was given, else by its name. */
export const agentIdOf = ({ agent_id, name }: { agent_id: string | null; name: string }): string => agent_id ?? name;

/** A word that can be typed and pasted anywhere: into a shell, after `hub:`, into a file name. */
export const AgentId = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be letters, digits, '.', '_' and '-'");

/** Where a spoke finds its hub, as operators write it down; sessions do not use it. */
export const HubEndpoint = z
  .string()
  .max(262)
  .regex(/^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/, "must be HOST:PORT, such as hub.example.com:1194")
  .refine((text) => {
    const port = Number(text.slice(text.lastIndexOf(":") + 1));
    return port >= 1 && port <= 65_535;
  }, "must have a port from 1 to 65535");

export const NodeView = z.object({
  id: z.uuid(),
  org_id: z.uuid(),
  name: z.string(),
  type: NodeKind,
  agent_id: z.string(),
  status: MachineStatus,
  /** When its present link came up; null while it has none. */
  connected_at: Instant.nullable(),
  session_enabled: z.boolean(),
  /** The switch in the node's own configuration, as its agent said last. */
  agent_session_enabled: z.boolean(),
  hub_endpoint: z.string().nullable(),
  tags: z.array(z.string()),
  tailnet_ip: z.string().nullable(),
  os: z.string().nullable(),
  version: z.string().nullable(),
  last_seen: Instant.nullable(),
  created_at: Instant,
});
export type NodeView = z.infer<typeof NodeView>;

/** An agent on which a session can be opened now. */
export const AgentView = z.object({
  id: z.uuid(),
  agent_id: z.string(),
  type: MachineKind,
  node_name: z.string(),
  /** When its present link came up. */
  connected: Instant,
  tags: z.array(z.string()),
});
export type AgentView = z.infer<typeof AgentView>;

export const nodeApi = {
  register: endpoint({
    method: "POST",
    path: "/api/register-node",
    summary: "A node's agent proves itself with the node's token, and gets the keys of its link; former ones end",
    credential: "none",
    body: z.object({
      token: z.string().min(1).max(256),
      os: Claim.optional(),
      version: Claim.optional(),
      /** Tells one installation from another that uses the same token. */
      device_secret: DeviceSecret.optional(),
      // What a node says of itself counts at its first registration, where the administrator said nothing.
      agent_id: AgentId.optional(),
      hub_endpoint: HubEndpoint.optional(),
      tags: Tags.optional(),
    }),
    output: Registration.extend({ type: NodeKind, agent_id: z.string() }),
    errors: ["MISSING_FIELDS", "INVALID_INPUT", "INVALID_KEY", "ALREADY_EXISTS", "RATE_LIMITED"],
  }),
};

const Org = z.object({ org_id: AnyId });
const Node = Org.extend({ node_id: AnyId });
const WithToken = NodeView.extend({ token: z.string() });

export const nodeAdminApi = actionEndpoint({
  path: "/api/node-admin",
  summary: "Gateways, hubs and spokes, and which agents can be reached",
  guard: { right: "admin" },
  actions: {
    create: action({
      summary: "Make a node; the token for its agent is in this answer and nowhere else",
      input: Org.extend({
        kind: NodeKind,
        name: Name,
        agent_id: AgentId.optional(),
        session_enabled: z.boolean().default(true),
        tags: Tags.default([]),
        hub_endpoint: HubEndpoint.optional(),
      }),
      output: WithToken,
      status: 201,
      errors: ["ALREADY_EXISTS", "ADDRESS_POOL_EXHAUSTED"],
    }),
    list: action({
      summary: "The organisation's nodes, by kind and name",
      input: Org.extend({ kind: NodeKind.optional() }),
      output: z.object({ nodes: z.array(NodeView) }),
      errors: [],
    }),
    show: action({
      summary: "One node",
      input: Node,
      output: NodeView,
      errors: ["NOT_FOUND"],
    }),
    update: action({
      summary: "Change what is given; `session_enabled: false` ends the node's sessions at once",
      input: Node.extend({
        name: Name.optional(),
        agent_id: AgentId.nullable().optional(),
        session_enabled: z.boolean().optional(),
        tags: Tags.optional(),
        hub_endpoint: HubEndpoint.nullable().optional(),
      }),
      output: NodeView,
      errors: ["NOT_FOUND", "ALREADY_EXISTS"],
    }),
    rotate_token: action({
      summary: "Make another token; the former one registers nothing any more, a registered agent stays connected",
      input: Node,
      output: WithToken,
      errors: ["NOT_FOUND"],
    }),
    delete: action({
      summary: "Forget a node: its sessions end, its token and its link's key stop working",
      input: Node,
      output: z.object({ deleted: z.uuid() }),
      errors: ["NOT_FOUND"],
    }),
    list_agents: action({
      summary: "Agents of every kind that are connected, with sessions enabled on both sides, by agent id",
      input: Org,
      output: z.object({ agents: z.array(AgentView) }),
      errors: [],
    }),
  },
});
