-- What a machine says of its screen: why it shows none (null: it shows one), and whom it asks. Both null: it has not said
ALTER TABLE machines
  ADD COLUMN desktop_unavailable text,
  ADD COLUMN desktop_consent text CHECK (desktop_consent IN ('always', 'peers', 'never'));
--> statement-breakpoint
-- The same as answers and events show it.
ALTER TABLE machines ADD COLUMN desktop jsonb GENERATED ALWAYS AS (
  CASE WHEN desktop_consent IS NULL THEN NULL ELSE
    jsonb_object(ARRAY['reason', desktop_unavailable, 'consent', desktop_consent])
      || CASE WHEN desktop_unavailable IS NULL THEN '{"available": true}'::jsonb ELSE '{"available": false}'::jsonb END
  END
) STORED;
--> statement-breakpoint
ALTER TABLE remote_desktop_sessions
  -- When the person at the machine was asked; only then may the machine answer for that person.
  ADD COLUMN asked_at timestamptz(3),
  -- Counts the viewer's sockets: of several the last one has the session.
  ADD COLUMN stream_epoch integer NOT NULL DEFAULT 0,
  -- The node that has it; null when there is none.
  ADD COLUMN stream_node_id uuid;
