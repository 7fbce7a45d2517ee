-- What can never be published waits no more, and is shown with the reason for a while.
ALTER TABLE scheduled DROP CONSTRAINT scheduled_state_check, DROP CONSTRAINT scheduled_check;
ALTER TABLE scheduled
  ADD CONSTRAINT scheduled_state_check CHECK (state IN ('WAITING', 'PUBLISHED', 'CANCELLED', 'FAILED')),
  ADD CONSTRAINT scheduled_check CHECK ((state IN ('WAITING', 'FAILED')) = (sealed IS NOT NULL)),
  -- Why it failed; empty while it has not.
  ADD COLUMN failure text NOT NULL DEFAULT '';
DROP INDEX scheduled_page;
CREATE INDEX scheduled_page ON scheduled (tenant_uid, deliver_at, schedule_id) WHERE state IN ('WAITING', 'FAILED');
