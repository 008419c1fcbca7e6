-- Control-plane nodes. One that was not seen for a while relays nothing any more.
CREATE TABLE nodes (
  id uuid PRIMARY KEY,
  -- Where machines reach this very node.
  url text NOT NULL,
  started_at timestamptz(3) NOT NULL DEFAULT now(),
  seen_at timestamptz(3) NOT NULL DEFAULT now()
);
--> statement-breakpoint

-- Sessions that outlive their viewers
ALTER TABLE sessions
  -- Whether a viewer is on it, which window it is (a hash of what only that window knows), and whose sign-in.
  ADD COLUMN attached boolean NOT NULL DEFAULT FALSE,
  ADD COLUMN attached_at timestamptz(3),
  ADD COLUMN reattach_hash text,
  ADD COLUMN sign_in_id uuid,
  -- What the newest attachment asks of the machine; any node that has the machine's link can pass it on.
  ADD COLUMN attach_requested_at timestamptz(3),
  ADD COLUMN attach_have bigint,
  ADD COLUMN cols integer NOT NULL DEFAULT 80,
  ADD COLUMN rows integer NOT NULL DEFAULT 24,
  -- When its machine first answered; a session without has no shell yet.
  ADD COLUMN started_at timestamptz(3),
  -- Hash of the shell token that opened it, so that a repeated open finds it again.
  ADD COLUMN opened_with text;
--> statement-breakpoint
CREATE UNIQUE INDEX sessions_opened_with ON sessions (opened_with);
--> statement-breakpoint
CREATE INDEX sessions_org_time ON sessions (org_id, created_at);
--> statement-breakpoint
CREATE INDEX sessions_active_node ON sessions (node_id) WHERE status = 'active';
