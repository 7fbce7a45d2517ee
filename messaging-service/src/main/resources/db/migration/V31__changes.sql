-- The committed changes of what is kept of a tenant, for whoever follows them. They are written down in the transaction
-- that makes them.

-- A tenant has a log from its first export on, for as long as somebody exports or follows it. Without one nothing is
-- written down.
CREATE TABLE change_logs (
  tenant     text NOT NULL,
  tenant_uid uuid PRIMARY KEY,
  -- Tells positions of this log from those of an earlier one.
  log        uuid NOT NULL,
  -- The last place that a change has been given.
  last       bigint NOT NULL DEFAULT 0,
  -- The last place whose change is no longer held.
  dropped    bigint NOT NULL DEFAULT 0,
  -- No change gets a time at or before this one any more.
  closed     timestamptz NOT NULL,
  -- When somebody last exported or followed.
  read_time  timestamptz NOT NULL
);

ALTER TABLE change_logs ENABLE ROW LEVEL SECURITY;
ALTER TABLE change_logs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON change_logs USING (visible(tenant)) WITH CHECK (visible(tenant));

CREATE TABLE changes (
  tenant      text NOT NULL,
  tenant_uid  uuid NOT NULL,
  -- Of two changes of one row the later has the higher: the row's lock was had when it was given.
  seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The place in the log. A transaction that is given a low seq may commit late, so places are given to what has been
  -- committed, by whoever reads next; null until then.
  place       bigint,
  collection  text NOT NULL,
  key         bytea NOT NULL,
  -- The row without what is in the next two columns; null when it is gone.
  about       jsonb,
  properties  bytea,
  body        bytea,
  write_time  timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- As it is told: never before one that was told already.
  commit_time timestamptz
);
CREATE UNIQUE INDEX changes_place ON changes (tenant_uid, place);
CREATE INDEX changes_new ON changes (tenant_uid, seq) WHERE place IS NULL;
CREATE INDEX changes_old ON changes (commit_time);

ALTER TABLE changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE changes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON changes USING (visible(tenant)) WITH CHECK (visible(tenant));

-- The queues and bindings of followed tenants as they were when somebody last looked at the broker.
CREATE TABLE definitions (
  tenant     text NOT NULL,
  tenant_uid uuid NOT NULL,
  collection text NOT NULL,
  key        bytea NOT NULL,
  module     text NOT NULL,
  value      bytea NOT NULL,
  PRIMARY KEY (tenant_uid, collection, key)
);

ALTER TABLE definitions ENABLE ROW LEVEL SECURITY;
ALTER TABLE definitions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON definitions USING (visible(tenant)) WITH CHECK (visible(tenant));

-- Whoever begins a log takes this lock alone: then no transaction is under way that has looked for a log and found none.
CREATE FUNCTION note_change(
  row_tenant text, uid uuid, what text, row_key bytea, row_about jsonb, row_properties bytea, row_body bytea)
  RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('kryonix.changes/' || uid, 0));
  IF EXISTS (SELECT FROM change_logs WHERE tenant_uid = uid) THEN
    INSERT INTO changes (tenant, tenant_uid, collection, key, about, properties, body)
    VALUES (row_tenant, uid, what, row_key, row_about, row_properties, row_body);
  END IF;
END $$;

-- Only what waits is a record.
CREATE FUNCTION note_scheduled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' AND NEW.state = 'WAITING' THEN
    PERFORM note_change(NEW.tenant, NEW.tenant_uid, 'scheduled', convert_to(NEW.schedule_id, 'UTF8'),
                        to_jsonb(NEW) - 'sealed', NULL, NEW.sealed);
  ELSIF TG_OP <> 'INSERT' AND OLD.state = 'WAITING' THEN
    PERFORM note_change(OLD.tenant, OLD.tenant_uid, 'scheduled', convert_to(OLD.schedule_id, 'UTF8'), NULL, NULL, NULL);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER scheduled_changes AFTER INSERT OR DELETE OR UPDATE OF state, message_id, deliver_at, sealed ON scheduled
  FOR EACH ROW EXECUTE FUNCTION note_scheduled();

CREATE FUNCTION note_dead_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM note_change(NEW.tenant, NEW.tenant_uid, 'dead_letters', convert_to(NEW.dead_letter_id, 'UTF8'),
                        to_jsonb(NEW) - 'properties' - 'body', NEW.properties, NEW.body);
  ELSE
    PERFORM note_change(OLD.tenant, OLD.tenant_uid, 'dead_letters', convert_to(OLD.dead_letter_id, 'UTF8'),
                        NULL, NULL, NULL);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER dead_letter_changes AFTER INSERT OR DELETE ON dead_letters
  FOR EACH ROW EXECUTE FUNCTION note_dead_letter();

CREATE FUNCTION note_definition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM note_change(OLD.tenant, OLD.tenant_uid, OLD.collection, OLD.key, NULL, NULL, NULL);
  ELSE
    PERFORM note_change(NEW.tenant, NEW.tenant_uid, NEW.collection, NEW.key,
                        jsonb_build_object('module', NEW.module), NULL, NEW.value);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER definition_changes AFTER INSERT OR DELETE OR UPDATE ON definitions
  FOR EACH ROW EXECUTE FUNCTION note_definition();
