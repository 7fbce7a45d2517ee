-- Messages with an ordering key that failed and wait for another attempt. They stay unacknowledged with the replica
-- that consumes their queue, and hold up those of the same key; what would be lost with that replica is here. A row
-- stays until its message is done, since its attempts count on.
CREATE TABLE parked (
  tenant        text NOT NULL,
  tenant_uid    uuid NOT NULL,
  -- The operation's queue, without a lane.
  queue         text NOT NULL,
  message_id    text NOT NULL,
  ordering_key  text NOT NULL,
  attempts      int NOT NULL,
  -- When each attempt ended, in milliseconds since 1970; the last 20.
  attempt_times text[] NOT NULL,
  first_error   text NOT NULL,
  last_error    text NOT NULL,
  retry_time    timestamptz NOT NULL,
  -- Messages of the same key behind it, as far as the replica has them.
  waiting       int NOT NULL,
  update_time   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_uid, queue, message_id)
);
CREATE INDEX parked_old ON parked (update_time);

ALTER TABLE parked ENABLE ROW LEVEL SECURITY;
ALTER TABLE parked FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON parked USING (visible(tenant)) WITH CHECK (visible(tenant));
