/**
 * The policy registry: everything that a stranger can reach, declared once, with what it takes to reach it. The server
 * refuses to start with a route, socket or table that is not here; tests walk it (every entry × every kind of caller).
 */
import { z } from "zod";
import { RuleAction } from "./http/access.ts";
import { ACTION_ENDPOINTS, DOWNLOADS, ENDPOINTS } from "./http/api.ts";
import type { DbTable } from "./http/database.ts";
import { DESKTOP_GUARD, DESKTOP_SOCKET_PATH, DESKTOP_STREAM_PATH } from "./http/desktop.ts";
import type { Credential, Guard, Right } from "./http/endpoint.ts";
import { Name } from "./http/fields.ts";
import { LINK_PATH, LIVE_PATH, SHELL_GUARD, SHELL_SOCKET_PATH, STREAM_PATH } from "./http/shell.ts";
import { FrameKind } from "./stream/frame.ts";

export interface RoutePolicy {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  /** Of endpoints that dispatch on the body's `action`. */
  action: string | null;
  credential: Credential;
  /** What the caller must be in the organisation that the request names; null when it names none, or a table decides. */
  guard: Guard | null;
  /** Where the request names its organisation. */
  orgIn: "body" | "query" | null;
}

/** Every call of the API. */
export const ROUTES: readonly RoutePolicy[] = [
  ...ENDPOINTS.map(
    ({ method, path, credential }): RoutePolicy => ({
      method,
      path,
      action: null,
      credential,
      guard: null,
      orgIn: null,
    }),
  ),
  ...ACTION_ENDPOINTS.flatMap(({ path, guard, actions }) =>
    Object.entries(actions).map(([action, spec]): RoutePolicy => {
      const needs = spec.guard === undefined ? guard : spec.guard;
      return {
        method: "POST",
        path,
        action,
        credential: spec.credential ?? "user",
        guard: needs,
        orgIn: needs ? "body" : null,
      };
    }),
  ),
  ...DOWNLOADS.map(
    ({ path, guard }): RoutePolicy => ({
      method: "GET",
      path,
      action: null,
      credential: "user",
      guard,
      orgIn: "query",
    }),
  ),
];

/** What anybody may read: for operators, their tools, and browsers that fetch the dashboard. Nothing of a tenant. */
export const OPEN_PATHS: readonly string[] = [
  "/healthz",
  "/readyz",
  "/metrics",
  "/api/openapi.json",
  "/api/docs",
  "/",
  "/*",
  "/assets/*",
];

export interface SocketPolicy {
  path: string;
  /** `stream` is the one-time token of one attachment, of a session or of a desktop's viewer. */
  credential: "user" | "node" | "stream";
  guard: Guard | null;
  /** `ours`: a browser must come from an allowed origin. `none`: machines only, any Origin header is refused. */
  origin: "ours" | "none";
}

export const SOCKETS: readonly SocketPolicy[] = [
  { path: SHELL_SOCKET_PATH, credential: "user", guard: SHELL_GUARD, origin: "ours" },
  { path: LIVE_PATH, credential: "user", guard: { right: "member" }, origin: "ours" },
  { path: LINK_PATH, credential: "node", guard: null, origin: "none" },
  { path: STREAM_PATH, credential: "stream", guard: null, origin: "none" },
  { path: DESKTOP_SOCKET_PATH, credential: "user", guard: DESKTOP_GUARD, origin: "ours" },
  { path: DESKTOP_STREAM_PATH, credential: "stream", guard: null, origin: "none" },
];

/** Who may send a frame of a session's stream; one from anybody else breaks the rules. */
export const FRAME_SENDERS = {
  attached: "machine",
  output: "machine",
  ack: "viewer",
  input: "viewer",
  inputAck: "machine",
  resize: "viewer",
  exit: "machine",
  notice: "server",
  ping: "viewer",
  pong: "server",
  screen: "machine",
} as const satisfies Record<keyof typeof FrameKind, "viewer" | "machine" | "server">;

const VIEWER_FRAMES: ReadonlySet<number> = new Set(
  Object.entries(FrameKind)
    .filter(([name]) => FRAME_SENDERS[name as keyof typeof FrameKind] === "viewer")
    .map(([, kind]) => kind),
);
export const mayViewerSend = (kind: FrameKind): boolean => VIEWER_FRAMES.has(kind);

export interface TablePolicy {
  /** What it takes to read all of an organisation's rows. */
  read: Right;
  /** Column that says whose a row is: a member without the right to read them all reads his own. */
  own?: string;
  /** What exists of the table for `/api/db`, `org_id` among it. Secrets (hashes, sealed keys) are in none. */
  columns: readonly string[];
  write?: {
    right: Right;
    /** A new row, without `org_id`. Columns that are not here are not writable. */
    insert: z.ZodObject;
    update: z.ZodObject;
  };
}

/** Who a rule is about: `*`, a machine's name or address, a subnet, or `tag:NAME`. Checked in full by the server. */
const Selector = z.string().trim().min(1).max(160);

const RuleFields = {
  name: Name.nullable().optional(),
  action: RuleAction,
  source: Selector,
  destination: Selector,
  /** Kept for the documents; no rule is chosen by it. */
  protocol: z
    .string()
    .regex(/^[!-~]{1,16}$/, "must be one word")
    .default("*"),
  /** The lowest number counts first. */
  priority: z.number().int().min(0).max(1_000_000).default(100),
  enabled: z.boolean().default(true),
  // Of all characters, a database's text cannot hold this one.
  description: z
    .string()
    .max(1_000)
    .regex(/^[^\0]*$/, "must not contain NUL")
    .nullable()
    .optional(),
};

const RuleInsert = z.object(RuleFields);

export const TABLES = {
  machines: {
    read: "member",
    columns: [
      "id",
      "org_id",
      "name",
      "kind",
      "agent_id",
      "status",
      "tailnet_ip",
      "os",
      "version",
      "ephemeral",
      "session_enabled",
      "agent_session_enabled",
      "admin_disabled",
      "owner_id",
      "auth_key_id",
      "tags",
      "desktop",
      "last_seen",
      "connected_at",
      "created_at",
    ],
  },
  auth_keys: {
    read: "admin",
    columns: [
      "id",
      "org_id",
      "name",
      "key_prefix",
      "reusable",
      "ephemeral",
      "revoked",
      "used_count",
      "max_uses",
      "allowed_tags",
      "allowed_cidrs",
      "created_by",
      "created_at",
      "expires_at",
      "revoked_at",
    ],
  },
  auth_key_uses: {
    read: "auditor",
    columns: ["id", "org_id", "auth_key_id", "machine_id", "machine_name", "outcome", "ip_address", "created_at"],
  },
  acl_rules: {
    read: "member",
    columns: [
      "id",
      "org_id",
      "name",
      "action",
      "source",
      "destination",
      "protocol",
      "priority",
      "enabled",
      "description",
      "created_by",
      "created_at",
      "updated_at",
    ],
    write: {
      right: "admin",
      insert: RuleInsert,
      // Without the defaults: what is not given stays.
      update: z
        .object({
          ...RuleFields,
          protocol: RuleFields.protocol.unwrap(),
          priority: RuleFields.priority.unwrap(),
          enabled: RuleFields.enabled.unwrap(),
        })
        .partial(),
    },
  },
  org_members: {
    read: "member",
    columns: ["id", "org_id", "user_id", "role", "created_at"],
  },
  remote_desktop_sessions: {
    read: "auditor",
    own: "viewer_user_id",
    columns: [
      "id",
      "org_id",
      "machine_id",
      "viewer_user_id",
      "viewer_machine_id",
      "session_type",
      "status",
      "consent_required",
      "consent_granted",
      "consent_by",
      "consent_at",
      "ip_address",
      "created_at",
      "started_at",
      "ended_at",
      "duration_seconds",
      "end_reason",
      "ended_by",
    ],
  },
  audit_logs: {
    read: "auditor",
    columns: [
      "id",
      "org_id",
      "seq",
      "action",
      "resource_type",
      "resource_id",
      "actor_id",
      "metadata",
      "ip_address",
      "created_at",
      "prev_hash",
      "hash",
    ],
  },
} as const satisfies Record<DbTable, TablePolicy>;
