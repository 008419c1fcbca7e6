-- Who may do what: rules, keys that are bound to something, and a log that can prove itself

-- Access rules; the lowest priority number counts first (RD-066)
CREATE TABLE acl_rules (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  org_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  name text,
  action text NOT NULL CHECK (action IN ('allow', 'deny')),
  source text NOT NULL,
  destination text NOT NULL,
  protocol text NOT NULL DEFAULT '*',
  priority integer NOT NULL DEFAULT 100,
  enabled boolean NOT NULL DEFAULT TRUE,
  description text,
  created_by uuid REFERENCES users (id) ON DELETE SET NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
--> statement-breakpoint
CREATE INDEX acl_rules_order ON acl_rules (org_id, priority, created_at, id);
--> statement-breakpoint
-- Of 10,000 rules only those that can be about one machine are read.
CREATE INDEX acl_rules_destination ON acl_rules (org_id, lower(destination)) WHERE enabled;
--> statement-breakpoint
-- Those whose spelling alone does not tell whom they mean: subnets, IPv6, blanks, and letters whose case databases see
-- differently.
CREATE INDEX acl_rules_unusual ON acl_rules (org_id) WHERE enabled AND destination ~ '[^\x21-\x7e]|/|:.*:';
--> statement-breakpoint
ALTER TABLE machines ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
--> statement-breakpoint
CREATE INDEX machines_owner ON machines (org_id, owner_id);
--> statement-breakpoint

-- Auth keys: N uses, tags and addresses they are bound to, when they were revoked, and who was warned
ALTER TABLE auth_keys
  ADD COLUMN max_uses integer CHECK (max_uses > 0),
  ADD COLUMN allowed_tags text[] NOT NULL DEFAULT '{}',
  -- Subnets from which machines may register; null for any.
  ADD COLUMN allowed_cidrs text[],
  ADD COLUMN revoked_at timestamptz(3),
  ADD COLUMN warned_at timestamptz(3);
--> statement-breakpoint
CREATE INDEX auth_keys_expiring ON auth_keys (expires_at) WHERE NOT revoked;
--> statement-breakpoint
CREATE TABLE auth_key_uses (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  org_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  auth_key_id uuid NOT NULL REFERENCES auth_keys (id) ON DELETE CASCADE,
  -- Kept when the machine is gone: who used the key remains a fact.
  machine_id uuid REFERENCES machines (id) ON DELETE SET NULL,
  machine_name text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('enrolled', 'reenrolled')),
  ip_address text,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
--> statement-breakpoint
CREATE INDEX auth_key_uses_key ON auth_key_uses (auth_key_id, created_at);
--> statement-breakpoint
CREATE INDEX auth_key_uses_org ON auth_key_uses (org_id, created_at);
--> statement-breakpoint

-- Audit: heads signed with a key that is not in the database
CREATE TABLE audit_checkpoints (
  chain text NOT NULL,
  seq bigint NOT NULL,
  hash text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  signature text NOT NULL,
  PRIMARY KEY (chain, seq)
);
--> statement-breakpoint
-- What retention removed: a signed statement per run, and the hashes that keep the chain whole.
CREATE TABLE audit_tombstones (
  id uuid PRIMARY KEY,
  chain text NOT NULL,
  class text NOT NULL,
  first_seq bigint NOT NULL,
  last_seq bigint NOT NULL,
  rows integer NOT NULL,
  digest text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  signature text NOT NULL
);
--> statement-breakpoint
CREATE TABLE audit_erased (
  chain text NOT NULL,
  seq bigint NOT NULL,
  hash text NOT NULL,
  tombstone_id uuid NOT NULL REFERENCES audit_tombstones (id),
  PRIMARY KEY (chain, seq)
);
--> statement-breakpoint
-- How far each chain, and its checkpoints, have been shipped to Loki: seq is gapless, so the log itself is the outbox.
CREATE TABLE audit_shipments (
  chain text PRIMARY KEY,
  seq bigint NOT NULL,
  checkpoint_seq bigint NOT NULL DEFAULT 0,
  shipped_at timestamptz(3) NOT NULL
);
--> statement-breakpoint
CREATE INDEX audit_logs_org_seq ON audit_logs (org_id, seq);
--> statement-breakpoint

-- The second wall behind /api/db: its role sees rows of one tenant only. The tables' owner, who runs everything else,
-- is not bound by these.
ALTER TABLE machines ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON machines USING (org_id = nullif(current_setting('sallyport.org_id', true), '')::uuid);
--> statement-breakpoint
ALTER TABLE org_members ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON org_members USING (org_id = nullif(current_setting('sallyport.org_id', true), '')::uuid);
--> statement-breakpoint
ALTER TABLE auth_keys ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON auth_keys USING (org_id = nullif(current_setting('sallyport.org_id', true), '')::uuid);
--> statement-breakpoint
ALTER TABLE auth_key_uses ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON auth_key_uses USING (org_id = nullif(current_setting('sallyport.org_id', true), '')::uuid);
--> statement-breakpoint
ALTER TABLE acl_rules ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON acl_rules USING (org_id = nullif(current_setting('sallyport.org_id', true), '')::uuid);
--> statement-breakpoint
ALTER TABLE audit_logs ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON audit_logs USING (org_id = nullif(current_setting('sallyport.org_id', true), '')::uuid);
