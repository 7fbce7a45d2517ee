-- What the broker cannot remember for us.
--
-- Every table has row level security, forced: a transaction sees the rows of the tenant that it has set in
-- kryonix.tenant, or all when it has set kryonix.platform = 'on', which only the service's own housekeeping does. A
-- transaction that has set neither sees nothing. A pooled connection on which it was set once before shows the setting
-- as empty, not as missing: hence nullif.
CREATE FUNCTION visible(row_tenant text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN row_tenant = nullif(current_setting('kryonix.tenant', true), '')
      OR current_setting('kryonix.platform', true) = 'on';

-- Publishes that came with a request_id, for as long as a repetition is known. The row is there before the message goes
-- to the broker, and with it the message's id: whoever takes the request over after a crash publishes under the same.
CREATE TABLE publish_requests (
  tenant       text NOT NULL,
  tenant_uid   uuid NOT NULL,
  request_id   text NOT NULL,
  -- SHA-256 of what was asked for, to tell a repetition from another request.
  content      bytea NOT NULL,
  message_id   text NOT NULL,
  -- How often somebody has set out to publish it.
  attempts     int NOT NULL DEFAULT 1,
  -- The first answer, a kryonix.messaging.v1.PublishResponse; null while it is not known.
  answer       bytea,
  -- Until then whoever set out last is taken to be at it.
  lease_until  timestamptz NOT NULL,
  expire_time  timestamptz NOT NULL,
  PRIMARY KEY (tenant_uid, request_id)
);
CREATE INDEX publish_requests_expired ON publish_requests (expire_time);

ALTER TABLE publish_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE publish_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON publish_requests USING (visible(tenant)) WITH CHECK (visible(tenant));
