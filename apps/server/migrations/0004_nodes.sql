-- Gateways, hubs and spokes: machines that an administrator makes before their agents come
ALTER TABLE machines
  -- How operators address it; null: by its name.
  ADD COLUMN agent_id text,
  ADD COLUMN hub_endpoint text,
  -- SHA-256 of the token with which its agent registers.
  ADD COLUMN token_hash text UNIQUE,
  -- The machine's own switch, as its agent said last; `session_enabled` is ours, and both must be on (X-30).
  ADD COLUMN agent_session_enabled boolean NOT NULL DEFAULT TRUE,
  -- When its present link came up, and which node of the cluster has it; null while it has none.
  ADD COLUMN connected_at timestamptz(3),
  ADD COLUMN linked_node_id uuid;
--> statement-breakpoint
-- What a node is called means one node of its kind (X-29). Machines that enrol themselves may share a name (R-23).
CREATE UNIQUE INDEX machines_node_name ON machines (org_id, kind, lower(name)) WHERE kind <> 'machine';
--> statement-breakpoint
CREATE UNIQUE INDEX machines_node_agent_id ON machines (org_id, kind, lower(coalesce(agent_id, name)))
  WHERE kind <> 'machine';
--> statement-breakpoint
CREATE INDEX machines_linked ON machines (linked_node_id) WHERE linked_node_id IS NOT NULL;
