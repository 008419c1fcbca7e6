/**
 * The tables, as drizzle sees them. `migrations/*.sql` makes them; `schema.test.ts` compares the two.
 * Times are `timestamptz(3)`: PGlite's clock has milliseconds, and a finer one would not survive a JavaScript Date.
 */
import type { Plan, Role } from "@sallyport/protocol";
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
  createdBy: uuid("created_by"),
  createdAt: createdAt(),
  expiresAt: instant("expires_at").notNull(),
});

export const machines = pgTable("machines", {
  id: id(),
  orgId: uuid("org_id").notNull(),
  name: text("name").notNull(),
  kind: text("kind").$type<"machine" | "gateway" | "hub" | "spoke">().notNull().default("machine"),
  status: text("status").$type<"online" | "offline" | "quarantined">().notNull().default("offline"),
  adminDisabled: boolean("admin_disabled").notNull().default(false),
  sessionEnabled: boolean("session_enabled").notNull().default(true),
  ephemeral: boolean("ephemeral").notNull().default(false),
  ownerId: uuid("owner_id"),
  authKeyId: uuid("auth_key_id"),
  tailnetIp: text("tailnet_ip"),
  nodeKeyHash: text("node_key_hash").notNull(),
  secretKeyHash: text("secret_key_hash").notNull(),
  deviceHash: text("device_hash"),
  os: text("os"),
  version: text("version"),
  lastSeen: instant("last_seen"),
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
});

export const sessions = pgTable("sessions", {
  id: id(),
  orgId: uuid("org_id").notNull(),
  machineId: uuid("machine_id").notNull(),
  userId: uuid("user_id").notNull(),
  kind: text("kind").$type<"shell">().notNull(),
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

/** Written by SecureRemoteTerminalService through its Prisma-like handle; columns as in its guide (VT-095). */
export const terminalAuditLog = pgTable("AuditLog", {
  id: text("id").primaryKey().default(sql`gen_random_uuid()::text`),
  eventType: text("eventType").notNull(),
  userId: text("userId").notNull(),
  machineId: text("machineId"),
  details: jsonb("details"),
  timestamp: instant("timestamp").notNull().default(sql`now()`),
});
