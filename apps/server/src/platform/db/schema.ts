/**
 * The tables, as drizzle sees them. `migrations/*.sql` makes them; `schema.test.ts` compares the two.
 * Times are `timestamptz(3)`: PGlite's clock has milliseconds, and a finer one would not survive a JavaScript Date.
 */
import type {
  AuditClass,
  ConsentPolicy,
  DesktopSessionType,
  DesktopStatus,
  IceCandidate,
  MachineDesktop,
  MachineKind,
  Plan,
  RecordedOutput,
  Role,
  RuleAction,
  SessionKind,
} from "@sallyport/protocol";
import { sql } from "drizzle-orm";
import { bigint, boolean, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

const id = () => uuid("id").primaryKey().defaultRandom();
const instant = (name: string) => timestamp(name, { precision: 3, withTimezone: true, mode: "date" });
const createdAt = () => instant("created_at").notNull().default(sql`now()`);

export const users = pgTable("users", {
  id: id(),
  email: text("email").notNull(),
  passwordHash: text("password_hash"),
  createdAt: createdAt(),
  disabledAt: instant("disabled_at"),
});

export const signIns = pgTable("sign_ins", {
  id: id(),
  userId: uuid("user_id").notNull(),
  ipAddress: text("ip_address"),
  userAgent: text("user_agent"),
  createdAt: createdAt(),
  revokedAt: instant("revoked_at"),
  orgId: uuid("org_id"),
  role: text("role").$type<Role>(),
  expiresAt: instant("expires_at"),
});

export const apiKeys = pgTable("api_keys", {
  id: uuid("id").primaryKey(),
  name: text("name").notNull(),
  keyHash: text("key_hash").notNull(),
  keyPrefix: text("key_prefix").notNull(),
  madeWith: uuid("made_with"),
  lastUsedAt: instant("last_used_at"),
});

export const deviceSignIns = pgTable("device_sign_ins", {
  deviceCodeHash: text("device_code_hash").primaryKey(),
  userCodeHash: text("user_code_hash").notNull(),
  clientName: text("client_name"),
  ipAddress: text("ip_address").notNull(),
  createdAt: createdAt(),
  expiresAt: instant("expires_at").notNull(),
  approvedWith: uuid("approved_with"),
  refusedAt: instant("refused_at"),
  usedAt: instant("used_at"),
});

export const refreshTokens = pgTable("refresh_tokens", {
  tokenHash: text("token_hash").primaryKey(),
  signInId: uuid("sign_in_id").notNull(),
  createdAt: createdAt(),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
});

export const orgs = pgTable("orgs", {
  id: id(),
  name: text("name").notNull(),
  plan: text("plan").$type<Plan>().notNull().default("free"),
  createdAt: createdAt(),
  recordCommandOutput: boolean("record_command_output").notNull().default(false),
});

export const planFeatures = pgTable(
  "plan_features",
  {
    plan: text("plan").notNull(),
    feature: text("feature").notNull(),
    enabled: boolean("enabled").notNull(),
  },
  (table) => [primaryKey({ columns: [table.plan, table.feature] })],
);

export const orgMembers = pgTable("org_members", {
  id: id(),
  orgId: uuid("org_id").notNull(),
  userId: uuid("user_id").notNull(),
  role: text("role").$type<Role>().notNull(),
  createdAt: createdAt(),
});

export const authKeys = pgTable("auth_keys", {
  id: id(),
  orgId: uuid("org_id").notNull(),
  name: text("name").notNull(),
  keyHash: text("key_hash").notNull(),
  keyPrefix: text("key_prefix").notNull(),
  reusable: boolean("reusable").notNull().default(false),
  ephemeral: boolean("ephemeral").notNull().default(false),
  revoked: boolean("revoked").notNull().default(false),
  usedCount: integer("used_count").notNull().default(0),
  maxUses: integer("max_uses"),
  allowedTags: text("allowed_tags").array().notNull().default([]),
  allowedCidrs: text("allowed_cidrs").array(),
  revokedAt: instant("revoked_at"),
  warnedAt: instant("warned_at"),
  createdBy: uuid("created_by"),
  createdAt: createdAt(),
  expiresAt: instant("expires_at").notNull(),
});

export const machines = pgTable("machines", {
  id: id(),
  orgId: uuid("org_id").notNull(),
  name: text("name").notNull(),
  kind: text("kind").$type<MachineKind>().notNull().default("machine"),
  agentId: text("agent_id"),
  hubEndpoint: text("hub_endpoint"),
  status: text("status").$type<"online" | "offline" | "quarantined">().notNull().default("offline"),
  adminDisabled: boolean("admin_disabled").notNull().default(false),
  sessionEnabled: boolean("session_enabled").notNull().default(true),
  agentSessionEnabled: boolean("agent_session_enabled").notNull().default(true),
  ephemeral: boolean("ephemeral").notNull().default(false),
  ownerId: uuid("owner_id"),
  authKeyId: uuid("auth_key_id"),
  tailnetIp: text("tailnet_ip"),
  tokenHash: text("token_hash"),
  nodeKeyHash: text("node_key_hash").notNull(),
  secretKeyHash: text("secret_key_hash").notNull(),
  deviceHash: text("device_hash"),
  os: text("os"),
  version: text("version"),
  tags: text("tags").array().notNull().default([]),
  desktopUnavailable: text("desktop_unavailable"),
  desktopConsent: text("desktop_consent").$type<ConsentPolicy>(),
  /** Both of them, as `MachineView` shows them. */
  desktop: jsonb("desktop").$type<MachineDesktop>().generatedAlwaysAs(sql`made by the migration 0007_desktop`),
  lastSeen: instant("last_seen"),
  connectedAt: instant("connected_at"),
  linkedNodeId: uuid("linked_node_id"),
  createdAt: createdAt(),
});

export const authKeyUses = pgTable("auth_key_uses", {
  id: id(),
  orgId: uuid("org_id").notNull(),
  authKeyId: uuid("auth_key_id").notNull(),
  machineId: uuid("machine_id"),
  machineName: text("machine_name").notNull(),
  outcome: text("outcome").$type<"enrolled" | "reenrolled">().notNull(),
  ipAddress: text("ip_address"),
  createdAt: createdAt(),
});

export const aclRules = pgTable("acl_rules", {
  id: id(),
  orgId: uuid("org_id").notNull(),
  name: text("name"),
  action: text("action").$type<RuleAction>().notNull(),
  source: text("source").notNull(),
  destination: text("destination").notNull(),
  protocol: text("protocol").notNull().default("*"),
  priority: integer("priority").notNull().default(100),
  enabled: boolean("enabled").notNull().default(true),
  description: text("description"),
  createdBy: uuid("created_by"),
  createdAt: createdAt(),
  updatedAt: instant("updated_at").notNull().default(sql`now()`),
});

export const desktopSessions = pgTable("remote_desktop_sessions", {
  id: id(),
  orgId: uuid("org_id").notNull(),
  machineId: uuid("machine_id").notNull(),
  viewerUserId: uuid("viewer_user_id").notNull(),
  viewerMachineId: uuid("viewer_machine_id"),
  sessionType: text("session_type").$type<DesktopSessionType>().notNull(),
  status: text("status").$type<DesktopStatus>().notNull().default("pending"),
  consentRequired: boolean("consent_required").notNull(),
  consentGranted: boolean("consent_granted"),
  consentBy: uuid("consent_by"),
  consentAt: instant("consent_at"),
  sdpOffer: text("sdp_offer"),
  sdpAnswer: text("sdp_answer"),
  refusal: text("refusal"),
  askedAt: instant("asked_at"),
  streamEpoch: integer("stream_epoch").notNull().default(0),
  streamNodeId: uuid("stream_node_id"),
  signInId: uuid("sign_in_id").notNull(),
  ipAddress: text("ip_address"),
  createdAt: createdAt(),
  startedAt: instant("started_at"),
  endedAt: instant("ended_at"),
  durationSeconds: integer("duration_seconds").generatedAlwaysAs(
    sql`floor(extract(epoch FROM ended_at - started_at))::integer`,
  ),
  endReason: text("end_reason"),
  endedBy: uuid("ended_by"),
});

export const desktopCandidates = pgTable("desktop_candidates", {
  id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  sessionId: uuid("session_id").notNull(),
  side: text("side").$type<"viewer" | "agent">().notNull(),
  candidate: jsonb("candidate").$type<IceCandidate>().notNull(),
  createdAt: createdAt(),
});

export const shellTokens = pgTable("shell_tokens", {
  tokenHash: text("token_hash").primaryKey(),
  orgId: uuid("org_id").notNull(),
  machineId: uuid("machine_id").notNull(),
  userId: uuid("user_id").notNull(),
  createdAt: createdAt(),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
  kind: text("kind").$type<SessionKind>().notNull().default("shell"),
  program: jsonb("program").$type<object>(),
  runId: uuid("run_id"),
});

export const sessions = pgTable("sessions", {
  id: id(),
  orgId: uuid("org_id").notNull(),
  machineId: uuid("machine_id").notNull(),
  userId: uuid("user_id").notNull(),
  kind: text("kind").$type<SessionKind>().notNull(),
  nodeId: uuid("node_id").notNull(),
  status: text("status").$type<"active" | "ended">().notNull().default("active"),
  attachEpoch: integer("attach_epoch").notNull().default(0),
  ipAddress: text("ip_address"),
  createdAt: createdAt(),
  endedAt: instant("ended_at"),
  cause: text("cause"),
  exitCode: bigint("exit_code", { mode: "number" }),
  attached: boolean("attached").notNull().default(false),
  attachedAt: instant("attached_at"),
  reattachHash: text("reattach_hash"),
  signInId: uuid("sign_in_id"),
  attachRequestedAt: instant("attach_requested_at"),
  attachHave: bigint("attach_have", { mode: "number" }),
  cols: integer("cols").notNull().default(80),
  rows: integer("rows").notNull().default(24),
  startedAt: instant("started_at"),
  openedWith: text("opened_with"),
  program: jsonb("program").$type<object>(),
  runId: uuid("run_id"),
  output: jsonb("output").$type<RecordedOutput>(),
});

export const nodes = pgTable("nodes", {
  id: uuid("id").primaryKey(),
  url: text("url").notNull(),
  startedAt: instant("started_at").notNull().default(sql`now()`),
  seenAt: instant("seen_at").notNull().default(sql`now()`),
});

export const auditHeads = pgTable("audit_heads", {
  chain: text("chain").primaryKey(),
  seq: bigint("seq", { mode: "number" }).notNull(),
  hash: text("hash").notNull(),
});

export const auditLogs = pgTable("audit_logs", {
  id: uuid("id").primaryKey(),
  chain: text("chain").notNull(),
  seq: bigint("seq", { mode: "number" }).notNull(),
  orgId: uuid("org_id"),
  action: text("action").notNull(),
  resourceType: text("resource_type").notNull(),
  resourceId: text("resource_id"),
  actorId: uuid("actor_id"),
  metadata: jsonb("metadata").$type<Record<string, unknown>>().notNull(),
  ipAddress: text("ip_address"),
  createdAt: instant("created_at").notNull(),
  prevHash: text("prev_hash").notNull(),
  hash: text("hash").notNull(),
});

export const auditCheckpoints = pgTable(
  "audit_checkpoints",
  {
    chain: text("chain").notNull(),
    seq: bigint("seq", { mode: "number" }).notNull(),
    hash: text("hash").notNull(),
    createdAt: instant("created_at").notNull(),
    signature: text("signature").notNull(),
  },
  (table) => [primaryKey({ columns: [table.chain, table.seq] })],
);

export const auditTombstones = pgTable("audit_tombstones", {
  id: uuid("id").primaryKey(),
  chain: text("chain").notNull(),
  class: text("class").$type<AuditClass>().notNull(),
  firstSeq: bigint("first_seq", { mode: "number" }).notNull(),
  lastSeq: bigint("last_seq", { mode: "number" }).notNull(),
  rows: integer("rows").notNull(),
  digest: text("digest").notNull(),
  createdAt: instant("created_at").notNull(),
  signature: text("signature").notNull(),
});

export const auditErased = pgTable(
  "audit_erased",
  {
    chain: text("chain").notNull(),
    seq: bigint("seq", { mode: "number" }).notNull(),
    hash: text("hash").notNull(),
    tombstoneId: uuid("tombstone_id").notNull(),
  },
  (table) => [primaryKey({ columns: [table.chain, table.seq] })],
);

export const auditShipments = pgTable("audit_shipments", {
  chain: text("chain").primaryKey(),
  seq: bigint("seq", { mode: "number" }).notNull(),
  checkpointSeq: bigint("checkpoint_seq", { mode: "number" }).notNull().default(0),
  shippedAt: instant("shipped_at").notNull(),
});

/** Written by SecureRemoteTerminalService through its Prisma-like handle; columns as in its guide (VT-095). */
export const terminalAuditLog = pgTable("AuditLog", {
  id: text("id").primaryKey().default(sql`gen_random_uuid()::text`),
  eventType: text("eventType").notNull(),
  userId: text("userId").notNull(),
  machineId: text("machineId"),
  details: jsonb("details"),
  timestamp: instant("timestamp").notNull().default(sql`now()`),
});
