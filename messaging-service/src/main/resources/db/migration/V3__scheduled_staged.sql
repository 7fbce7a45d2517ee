-- Scheduled messages that a backup brings back, until all of them are here. What an import has left behind that never
-- came to its end goes after a day.
CREATE TABLE scheduled_staged (
  tenant       text NOT NULL,
  tenant_uid   uuid NOT NULL,
  import       uuid NOT NULL,
  schedule_id  text NOT NULL,
  message_id   text NOT NULL,
  module       text NOT NULL,
  operation    text NOT NULL,
  attributes   text[] NOT NULL,
  size_bytes   bigint NOT NULL,
  deliver_at   timestamptz NOT NULL,
  create_time  timestamptz NOT NULL,
  sealed       bytea NOT NULL,
  stage_time   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_uid, import, schedule_id)
);
CREATE INDEX scheduled_staged_left ON scheduled_staged (stage_time);

ALTER TABLE scheduled_staged ENABLE ROW LEVEL SECURITY;
ALTER TABLE scheduled_staged FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON scheduled_staged USING (visible(tenant)) WITH CHECK (visible(tenant));
