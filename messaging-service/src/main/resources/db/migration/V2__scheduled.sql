-- Messages that wait for their time. What has been published or cancelled stays for a day, without its content, so that
-- who asks for it is told.
CREATE TABLE scheduled (
  tenant       text NOT NULL,
  tenant_uid   uuid NOT NULL,
  schedule_id  text NOT NULL,
  message_id   text NOT NULL,
  module       text NOT NULL,
  operation    text NOT NULL,
  -- Keys and values in turn.
  attributes   text[] NOT NULL,
  size_bytes   bigint NOT NULL,
  deliver_at   timestamptz NOT NULL,
  create_time  timestamptz NOT NULL,
  state        text NOT NULL CHECK (state IN ('WAITING', 'PUBLISHED', 'CANCELLED')),
  -- The PublishRequest, compressed and sealed under the tenant's key; null once it waits no more.
  sealed       bytea,
  -- The trace context of the call, keys and values in turn.
  trace        text[] NOT NULL,
  -- When to publish it; later than deliver_at when that could not be done. While somebody is at it, the time from which
  -- somebody else may take it over.
  attempt_at   timestamptz NOT NULL,
  attempts     int NOT NULL DEFAULT 0,
  -- Whether somebody is at it.
  claimed      boolean NOT NULL DEFAULT false,
  -- Whether an attempt before may have published it.
  unknown      boolean NOT NULL DEFAULT false,
  settle_time  timestamptz,
  PRIMARY KEY (tenant_uid, schedule_id),
  CHECK ((state = 'WAITING') = (sealed IS NOT NULL))
);
CREATE INDEX scheduled_due ON scheduled (attempt_at) WHERE state = 'WAITING';
CREATE INDEX scheduled_page ON scheduled (tenant_uid, deliver_at, schedule_id) WHERE state = 'WAITING';
CREATE INDEX scheduled_settled ON scheduled (settle_time) WHERE state <> 'WAITING';

ALTER TABLE scheduled ENABLE ROW LEVEL SECURITY;
ALTER TABLE scheduled FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON scheduled USING (visible(tenant)) WITH CHECK (visible(tenant));
