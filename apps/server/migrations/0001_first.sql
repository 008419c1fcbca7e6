-- People and their sign-ins
CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  email text NOT NULL UNIQUE CHECK (email = lower(email)),
  password_hash text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  disabled_at timestamptz(3)
);
--> statement-breakpoint
CREATE TABLE sign_ins (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  ip_address text,
  user_agent text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  revoked_at timestamptz(3)
);
--> statement-breakpoint
CREATE INDEX sign_ins_user ON sign_ins (user_id);
--> statement-breakpoint
CREATE TABLE refresh_tokens (
  token_hash text PRIMARY KEY,
  sign_in_id uuid NOT NULL REFERENCES sign_ins (id) ON DELETE CASCADE,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3)
);
--> statement-breakpoint
CREATE INDEX refresh_tokens_sign_in ON refresh_tokens (sign_in_id);
--> statement-breakpoint

-- Tenants
CREATE TABLE orgs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  plan text NOT NULL DEFAULT 'free' CHECK (plan IN ('free', 'starter', 'business', 'workforce', 'enterprise')),
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
--> statement-breakpoint
CREATE TABLE plan_features (
  plan text NOT NULL,
  feature text NOT NULL,
  enabled boolean NOT NULL,
  PRIMARY KEY (plan, feature)
);
--> statement-breakpoint
CREATE TABLE org_members (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  org_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'auditor')),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (org_id, user_id)
);
--> statement-breakpoint
CREATE INDEX org_members_user ON org_members (user_id);
--> statement-breakpoint

-- Machines and the keys that enrol them
CREATE TABLE auth_keys (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  org_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  name text NOT NULL,
  key_hash text NOT NULL UNIQUE,
  key_prefix text NOT NULL,
  reusable boolean NOT NULL DEFAULT FALSE,
  ephemeral boolean NOT NULL DEFAULT FALSE,
  revoked boolean NOT NULL DEFAULT FALSE,
  used_count integer NOT NULL DEFAULT 0,
  created_by uuid REFERENCES users (id) ON DELETE SET NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL
);
--> statement-breakpoint
CREATE INDEX auth_keys_org ON auth_keys (org_id);
--> statement-breakpoint
CREATE TABLE machines (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  org_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  name text NOT NULL,
  kind text NOT NULL DEFAULT 'machine' CHECK (kind IN ('machine', 'gateway', 'hub', 'spoke')),
  status text NOT NULL DEFAULT 'offline',
  admin_disabled boolean NOT NULL DEFAULT FALSE,
  session_enabled boolean NOT NULL DEFAULT TRUE,
  ephemeral boolean NOT NULL DEFAULT FALSE,
  owner_id uuid REFERENCES users (id) ON DELETE SET NULL,
  auth_key_id uuid REFERENCES auth_keys (id) ON DELETE SET NULL,
  tailnet_ip text UNIQUE,
  node_key_hash text NOT NULL UNIQUE,
  -- The key of signed messages, SHA-256 of the machine's secret, encrypted with a key that is not in the database.
  secret_key_hash text NOT NULL,
  device_hash text,
  os text,
  version text,
  last_seen timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (org_id, device_hash)
);
--> statement-breakpoint
CREATE INDEX machines_org ON machines (org_id, name);
--> statement-breakpoint
-- Only online machines can go stale.
CREATE INDEX machines_online ON machines (last_seen) WHERE status = 'online';
--> statement-breakpoint
-- Hosts of 100.64.0.0/10, handed out in turn so that an address is not reused soon after its machine was deleted.
CREATE SEQUENCE tailnet_host MINVALUE 1 MAXVALUE 4194302 CYCLE;
--> statement-breakpoint

-- Shells
CREATE TABLE shell_tokens (
  token_hash text PRIMARY KEY,
  org_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  machine_id uuid NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3)
);
--> statement-breakpoint
CREATE INDEX shell_tokens_user ON shell_tokens (user_id, created_at);
--> statement-breakpoint
CREATE TABLE sessions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  org_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  machine_id uuid NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind text NOT NULL,
  -- The control-plane node that relays it.
  node_id uuid NOT NULL,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'ended')),
  -- Fences attachments: rises before an attach is sent, so that a late one of an old connection changes nothing.
  attach_epoch integer NOT NULL DEFAULT 0,
  ip_address text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  ended_at timestamptz(3),
  cause text,
  exit_code bigint
);
--> statement-breakpoint
CREATE INDEX sessions_active ON sessions (machine_id) WHERE status = 'active';
--> statement-breakpoint
CREATE INDEX sessions_active_user ON sessions (user_id) WHERE status = 'active';
--> statement-breakpoint

-- Audit: one chain per organisation, and one, `system`, for what belongs to none
CREATE TABLE audit_heads (
  chain text PRIMARY KEY,
  seq bigint NOT NULL,
  hash text NOT NULL
);
--> statement-breakpoint
CREATE TABLE audit_logs (
  id uuid PRIMARY KEY,
  chain text NOT NULL,
  seq bigint NOT NULL,
  org_id uuid,
  action text NOT NULL,
  resource_type text NOT NULL,
  resource_id text,
  actor_id uuid,
  metadata jsonb NOT NULL,
  ip_address text,
  created_at timestamptz(3) NOT NULL,
  prev_hash text NOT NULL,
  hash text NOT NULL,
  UNIQUE (chain, seq)
);
--> statement-breakpoint
CREATE INDEX audit_logs_org_time ON audit_logs (org_id, created_at);
--> statement-breakpoint
CREATE INDEX audit_logs_org_action ON audit_logs (org_id, action);
--> statement-breakpoint
-- The table that SecureRemoteTerminalService writes, with exactly the columns of its guide (VT-095).
CREATE TABLE "AuditLog" (
  id text PRIMARY KEY DEFAULT gen_random_uuid()::text,
  "eventType" text NOT NULL,
  "userId" text NOT NULL,
  "machineId" text,
  details jsonb,
  timestamp timestamptz(3) NOT NULL DEFAULT now()
);
--> statement-breakpoint
CREATE INDEX "AuditLog_eventType" ON "AuditLog" ("eventType");
--> statement-breakpoint
CREATE INDEX "AuditLog_userId" ON "AuditLog" ("userId");
--> statement-breakpoint
CREATE INDEX "AuditLog_machineId" ON "AuditLog" ("machineId");
