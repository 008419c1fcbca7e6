-- Sessions that run a command instead of a shell
ALTER TABLE sessions
  -- What it runs, as its machine is told it; null for a shell.
  ADD COLUMN program jsonb,
  -- Commands that were started together, on many machines.
  ADD COLUMN run_id uuid,
  -- The beginning of what a command wrote, where its organisation records that.
  ADD COLUMN output jsonb;
--> statement-breakpoint
CREATE INDEX sessions_run ON sessions (run_id) WHERE run_id IS NOT NULL;
--> statement-breakpoint
ALTER TABLE shell_tokens
  ADD COLUMN kind text NOT NULL DEFAULT 'shell',
  ADD COLUMN program jsonb,
  ADD COLUMN run_id uuid;
--> statement-breakpoint
ALTER TABLE orgs ADD COLUMN record_command_output boolean NOT NULL DEFAULT FALSE;
