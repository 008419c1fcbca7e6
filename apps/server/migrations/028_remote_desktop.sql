-- Remote desktops (RD-005: the plans that include them are seeded here)
INSERT INTO plan_features (plan, feature, enabled) VALUES
  ('free', 'remote_desktop', FALSE),
  ('starter', 'remote_desktop', FALSE),
  ('business', 'remote_desktop', TRUE),
  ('workforce', 'remote_desktop', TRUE),
  ('enterprise', 'remote_desktop', TRUE)
ON CONFLICT DO NOTHING;
--> statement-breakpoint
CREATE TABLE remote_desktop_sessions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  org_id uuid NOT NULL REFERENCES orgs (id) ON DELETE CASCADE,
  machine_id uuid NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
  viewer_user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- The machine that the viewer says he sits at.
  viewer_machine_id uuid REFERENCES machines (id) ON DELETE SET NULL,
  session_type text NOT NULL CHECK (session_type IN ('admin', 'peer')),
  status text NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'signaling', 'connecting', 'active', 'disconnected', 'rejected', 'expired')),
  consent_required boolean NOT NULL,
  -- Null until somebody has decided.
  consent_granted boolean,
  consent_by uuid REFERENCES users (id) ON DELETE SET NULL,
  consent_at timestamptz(3),
  sdp_offer text,
  sdp_answer text,
  -- What the machine said instead of an answer.
  refusal text,
  -- The viewer's sign-in: the session ends with it.
  sign_in_id uuid NOT NULL,
  ip_address text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  started_at timestamptz(3),
  ended_at timestamptz(3),
  -- Null for a session that never started (RD-099).
  duration_seconds integer GENERATED ALWAYS AS (floor(extract(epoch FROM ended_at - started_at))::integer) STORED,
  -- Why it ended, in words.
  end_reason text,
  ended_by uuid REFERENCES users (id) ON DELETE SET NULL,
  CHECK ((ended_at IS NULL) = (status IN ('pending', 'signaling', 'connecting', 'active')))
);
--> statement-breakpoint
-- X-22: one live session of a viewer on a machine, whoever asks at the same time.
CREATE UNIQUE INDEX remote_desktop_sessions_live ON remote_desktop_sessions (viewer_user_id, machine_id) WHERE ended_at IS NULL;
--> statement-breakpoint
CREATE INDEX remote_desktop_sessions_live_machine ON remote_desktop_sessions (machine_id) WHERE ended_at IS NULL;
--> statement-breakpoint
CREATE INDEX remote_desktop_sessions_org_time ON remote_desktop_sessions (org_id, created_at);
--> statement-breakpoint
ALTER TABLE remote_desktop_sessions ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON remote_desktop_sessions
  USING (org_id = nullif(current_setting('sallyport.org_id', true), '')::uuid);
--> statement-breakpoint
-- ICE candidates of both sides, in the order in which they came.
CREATE TABLE desktop_candidates (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session_id uuid NOT NULL REFERENCES remote_desktop_sessions (id) ON DELETE CASCADE,
  side text NOT NULL CHECK (side IN ('viewer', 'agent')),
  candidate jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
--> statement-breakpoint
CREATE INDEX desktop_candidates_session ON desktop_candidates (session_id, id);
