-- Searches by the kind of thing that an entry is about and by who did it, newest first; and the list of those kinds. Not
-- by the thing itself: what is in an index has a longest length, and no entry may fail to be written because of it.
CREATE INDEX audit_logs_org_resource ON audit_logs (org_id, resource_type, seq);
--> statement-breakpoint
CREATE INDEX audit_logs_org_actor ON audit_logs (org_id, actor_id, seq);
