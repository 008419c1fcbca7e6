-- What a sign-in may be limited to: the one organisation that it is good for, the most that it is good for there, and its
-- end. It goes with the membership it stands on.
ALTER TABLE sign_ins
  ADD COLUMN org_id uuid,
  ADD COLUMN role text CHECK (role IN ('owner', 'admin', 'member', 'auditor')),
  ADD COLUMN expires_at timestamptz(3),
  ADD CONSTRAINT sign_ins_limits CHECK ((org_id IS NULL) = (role IS NULL)),
  ADD CONSTRAINT sign_ins_member FOREIGN KEY (org_id, user_id) REFERENCES org_members (org_id, user_id) ON DELETE CASCADE;
--> statement-breakpoint
CREATE INDEX sign_ins_org ON sign_ins (org_id, user_id) WHERE org_id IS NOT NULL;
--> statement-breakpoint
-- An API key is such a sign-in, shown by a secret that lasts.
CREATE TABLE api_keys (
  id uuid PRIMARY KEY REFERENCES sign_ins (id) ON DELETE CASCADE,
  name text NOT NULL,
  key_hash text NOT NULL UNIQUE,
  key_prefix text NOT NULL,
  -- The key that it was made with: what ends that one ends this one.
  made_with uuid REFERENCES api_keys (id) ON DELETE CASCADE,
  last_used_at timestamptz(3)
);
--> statement-breakpoint
CREATE INDEX api_keys_made_with ON api_keys (made_with) WHERE made_with IS NOT NULL;
--> statement-breakpoint
-- Programs that wait for a person to confirm their sign-in in the browser (RFC 8628).
CREATE TABLE device_sign_ins (
  device_code_hash text PRIMARY KEY,
  user_code_hash text NOT NULL UNIQUE,
  client_name text,
  ip_address text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  -- The sign-in of the person who confirmed it.
  approved_with uuid REFERENCES sign_ins (id) ON DELETE CASCADE,
  refused_at timestamptz(3),
  used_at timestamptz(3)
);
