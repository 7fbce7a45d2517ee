-- Events that other services tell have an id of theirs, so that one that is told twice is there once.
ALTER TABLE audit_events ADD COLUMN event_id uuid;
CREATE UNIQUE INDEX audit_events_told ON audit_events (tenant_uid, event_id) WHERE event_id IS NOT NULL;
