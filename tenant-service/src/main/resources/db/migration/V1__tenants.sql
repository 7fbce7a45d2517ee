-- Tenants, their secrets, keys, conditions and audit.
--
-- Every table that holds rows of tenants has row level security, forced: a transaction sees the rows of the tenant that
-- it has set in kryonix.tenant, or all when it has set kryonix.platform = 'on', which only logic that has checked a
-- platform caller does, and the state stream. A transaction that has set neither sees nothing.

-- A pooled connection on which it was set once before shows the setting as empty, not as missing: hence nullif.
CREATE FUNCTION visible(row_tenant text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN row_tenant = nullif(current_setting('kryonix.tenant', true), '')
      OR current_setting('kryonix.platform', true) = 'on';

-- Maps are arrays of `key=value`, sorted by key; no key has an equals sign.
CREATE TABLE tenants (
  uid               uuid PRIMARY KEY,
  id                text NOT NULL CHECK (id ~ '^[a-z][a-z0-9_]{2,39}$'),
  display_name      text NOT NULL,
  sector            text NOT NULL,
  plan              text NOT NULL,
  modules           text[] NOT NULL,
  region            text NOT NULL,
  labels            text[] NOT NULL,
  compliance        text[] NOT NULL,
  mobile_preference text NOT NULL,
  words             text[] NOT NULL,
  -- A kryonix.tenant.v1.Limits; amounts that are zero are the plan's.
  overrides         bytea NOT NULL,
  state             text NOT NULL CHECK (state IN ('PROVISIONING', 'ACTIVE', 'SUSPENDED', 'DELETING', 'PURGED')),
  state_reason      text NOT NULL,
  -- The state that an undelete brings back; set while DELETING.
  previous_state    text,
  cell              text NOT NULL,
  revision          bigint NOT NULL,
  generation        bigint NOT NULL,
  create_time       timestamptz NOT NULL,
  update_time       timestamptz NOT NULL,
  active_time       timestamptz,
  delete_time       timestamptz,
  purge_time        timestamptz
);
-- Purged tenants stay as tombstones for the state stream; their id can be used again.
CREATE UNIQUE INDEX tenants_id ON tenants (id) WHERE state <> 'PURGED';
CREATE INDEX tenants_labels ON tenants USING gin (labels);

CREATE TABLE secrets (
  tenant_uid  uuid NOT NULL REFERENCES tenants,
  tenant      text NOT NULL,
  purpose     text NOT NULL,
  id          text NOT NULL,
  sealed      bytea NOT NULL,
  create_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_uid, purpose, id)
);

CREATE TABLE api_keys (
  id            text PRIMARY KEY,
  tenant_uid    uuid NOT NULL REFERENCES tenants,
  tenant        text NOT NULL,
  display_name  text NOT NULL,
  scopes        text[] NOT NULL,
  hash          bytea NOT NULL,
  create_time   timestamptz NOT NULL,
  expire_time   timestamptz,
  revoke_time   timestamptz,
  last_use_time timestamptz
);
CREATE INDEX api_keys_tenant ON api_keys (tenant_uid, id);

-- What each service has made true of a tenant.
CREATE TABLE conditions (
  tenant_uid           uuid NOT NULL REFERENCES tenants,
  tenant               text NOT NULL,
  service              text NOT NULL,
  status               text NOT NULL CHECK (status IN ('TRUE', 'FALSE', 'UNKNOWN')),
  reason               text NOT NULL,
  message              text NOT NULL,
  step                 text NOT NULL,
  observed_generation  bigint NOT NULL,
  last_transition_time timestamptz NOT NULL,
  next_retry_time      timestamptz,
  failures             integer NOT NULL,
  PRIMARY KEY (tenant_uid, service)
);

-- Answers to repeatable calls, for a day. Calls that belong to no tenant have the empty one.
CREATE TABLE requests (
  tenant      text NOT NULL,
  method      text NOT NULL,
  request_id  text NOT NULL,
  fingerprint bytea NOT NULL,
  answer      bytea NOT NULL,
  create_time timestamptz NOT NULL,
  PRIMARY KEY (tenant, method, request_id)
);
CREATE INDEX requests_create_time ON requests (create_time);

-- A chain: each event holds the hash of the one before. The application may add events and not change them.
CREATE TABLE audit_events (
  tenant_uid    uuid NOT NULL REFERENCES tenants,
  tenant        text NOT NULL,
  sequence      bigint NOT NULL,
  event_time    timestamptz NOT NULL,
  actor         text NOT NULL,
  actor_kind    text NOT NULL,
  acting_as     boolean NOT NULL,
  action        text NOT NULL,
  resource      text NOT NULL,
  source        text NOT NULL,
  request_id    text NOT NULL,
  details       text[] NOT NULL,
  previous_hash bytea NOT NULL,
  hash          bytea NOT NULL,
  PRIMARY KEY (tenant_uid, sequence)
);
REVOKE UPDATE, DELETE ON audit_events FROM kryonix_tenant_app;

DO $$
DECLARE
  name text;
BEGIN
  EXECUTE 'ALTER TABLE tenants ENABLE ROW LEVEL SECURITY';
  EXECUTE 'ALTER TABLE tenants FORCE ROW LEVEL SECURITY';
  EXECUTE 'CREATE POLICY isolation ON tenants USING (visible(id)) WITH CHECK (visible(id))';
  FOREACH name IN ARRAY ARRAY['secrets', 'api_keys', 'conditions', 'requests', 'audit_events'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY isolation ON %I USING (visible(tenant)) WITH CHECK (visible(tenant))', name);
  END LOOP;
END
$$;

-- The transactional outbox of the state stream: one row says that a tenant has changed. It names tenants and holds
-- nothing of them. A reader sees each row as soon as it is committed, and keeps its place by transaction id: rows are
-- inserted in one order and committed in another, so a serial number would let it miss some.
CREATE TABLE outbox (
  sequence    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
  tenant_uid  uuid NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_transaction ON outbox (transaction);
CREATE INDEX outbox_create_time ON outbox (create_time);

CREATE FUNCTION announce_change() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('kryonix_tenant_changes', '');
  RETURN NULL;
END
$$;
CREATE TRIGGER announce AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION announce_change();

-- The keys that tokens are signed with, sealed under the platform key. The newest that is not retired signs.
CREATE TABLE signing_keys (
  id          text PRIMARY KEY,
  sealed      bytea NOT NULL,
  create_time timestamptz NOT NULL,
  retire_time timestamptz
);
