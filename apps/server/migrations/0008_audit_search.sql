-- Searches by the kind of thing that an entry is about and by who did it, newest first; and the list of those kinds. Not
-- by the thing itself: what is in an index has a longest length, and no entry may fail to be written because of it.
CREATE INDEX IF NOT EXISTS audit_logs_org_resource ON audit_logs (org_id, resource_type, seq);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS audit_logs_org_actor ON audit_logs (org_id, actor_id, seq);
--> statement-breakpoint
-- Runs of commands, newest first, however many shells and diagnostics there were between them.
CREATE INDEX IF NOT EXISTS sessions_org_exec ON sessions (org_id, created_at) WHERE kind = 'exec';
