-- Dead letters, taken from the broker's queues of them, where nobody could look without removing.
CREATE TABLE dead_letters (
  tenant         text NOT NULL,
  tenant_uid     uuid NOT NULL,
  dead_letter_id text NOT NULL,
  module         text NOT NULL,
  operation      text NOT NULL,
  -- The queue of the broker that the message came from, with its lane.
  source         text NOT NULL,
  reason         text NOT NULL,
  first_error    text NOT NULL,
  last_error     text NOT NULL,
  attempts       int NOT NULL,
  -- Milliseconds since 1970.
  attempt_times  text[] NOT NULL,
  dead_time      timestamptz NOT NULL,
  fingerprint    text NOT NULL,
  -- AMQP's own form of the properties, and the body as it was in the broker: encrypted.
  properties     bytea NOT NULL,
  body           bytea NOT NULL,
  expire_time    timestamptz NOT NULL,
  -- Until then somebody is publishing it again.
  claimed_until  timestamptz,
  PRIMARY KEY (tenant_uid, dead_letter_id)
);
CREATE INDEX dead_letters_page ON dead_letters (tenant_uid, dead_time, dead_letter_id);
CREATE INDEX dead_letters_expired ON dead_letters (expire_time);

ALTER TABLE dead_letters ENABLE ROW LEVEL SECURITY;
ALTER TABLE dead_letters FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON dead_letters USING (visible(tenant)) WITH CHECK (visible(tenant));

-- Redrives and drops that came with a request_id, for a day.
CREATE TABLE dead_letter_requests (
  tenant      text NOT NULL,
  tenant_uid  uuid NOT NULL,
  request_id  text NOT NULL,
  -- SHA-256 of what was asked for, to tell a repetition from another request.
  content     bytea NOT NULL,
  -- What died later is not meant.
  start_time  timestamptz NOT NULL,
  matched     bigint NOT NULL,
  -- How many have been published again, or dropped.
  taken       bigint NOT NULL DEFAULT 0,
  done        boolean NOT NULL DEFAULT false,
  expire_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_uid, request_id)
);
CREATE INDEX dead_letter_requests_expired ON dead_letter_requests (expire_time);

ALTER TABLE dead_letter_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE dead_letter_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON dead_letter_requests USING (visible(tenant)) WITH CHECK (visible(tenant));
