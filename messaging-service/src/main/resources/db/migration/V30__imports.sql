-- What backups bring back: staged until all of an import is here, then put back where it belongs.

-- Imports that have been switched. A repetition is known by its import_id, and answered the same.
CREATE TABLE imports (
  tenant      text NOT NULL,
  tenant_uid  uuid NOT NULL,
  import_id   text NOT NULL,
  -- Under which its rows are staged.
  id          uuid NOT NULL,
  -- Collections and numbers of records in turn.
  counts      text[] NOT NULL,
  expired     bigint NOT NULL,
  -- Whether it brought messages of the history, which lie behind younger ones there.
  history     boolean NOT NULL,
  commit_time timestamptz NOT NULL DEFAULT now(),
  -- Who is putting the messages back, and until when nobody else does.
  lease       uuid,
  lease_until timestamptz,
  -- When all of them were back; null until then.
  end_time    timestamptz,
  PRIMARY KEY (tenant_uid, import_id)
);
CREATE INDEX imports_open ON imports (commit_time) WHERE end_time IS NULL;

ALTER TABLE imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE imports FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON imports USING (visible(tenant)) WITH CHECK (visible(tenant));

-- Messages of queues and of the history on their way back to the broker. A row goes when the broker has confirmed it.
CREATE TABLE restored (
  tenant      text NOT NULL,
  tenant_uid  uuid NOT NULL,
  import      uuid NOT NULL,
  collection  text NOT NULL CHECK (collection IN ('history', 'queued')),
  -- The record's key, in whose order they go back.
  key         bytea NOT NULL,
  -- The broker's queue.
  queue       text NOT NULL,
  message_id  text NOT NULL,
  -- AMQP's own form of the properties, and the body, encrypted.
  properties  bytea NOT NULL,
  body        bytea NOT NULL,
  stage_time  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_uid, import, collection, key)
);
CREATE INDEX restored_message ON restored (tenant_uid, import, message_id);
CREATE INDEX restored_left ON restored (stage_time);

ALTER TABLE restored ENABLE ROW LEVEL SECURITY;
ALTER TABLE restored FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON restored USING (visible(tenant)) WITH CHECK (visible(tenant));

-- Dead letters that a backup brings back, until all of them are here.
CREATE TABLE dead_letters_staged (
  tenant         text NOT NULL,
  tenant_uid     uuid NOT NULL,
  import         uuid NOT NULL,
  dead_letter_id text NOT NULL,
  module         text NOT NULL,
  operation      text NOT NULL,
  source         text NOT NULL,
  reason         text NOT NULL,
  first_error    text NOT NULL,
  last_error     text NOT NULL,
  attempts       int NOT NULL,
  attempt_times  text[] NOT NULL,
  dead_time      timestamptz NOT NULL,
  fingerprint    text NOT NULL,
  properties     bytea NOT NULL,
  body           bytea NOT NULL,
  expire_time    timestamptz NOT NULL,
  stage_time     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_uid, import, dead_letter_id)
);
CREATE INDEX dead_letters_staged_left ON dead_letters_staged (stage_time);

ALTER TABLE dead_letters_staged ENABLE ROW LEVEL SECURITY;
ALTER TABLE dead_letters_staged FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON dead_letters_staged USING (visible(tenant)) WITH CHECK (visible(tenant));
