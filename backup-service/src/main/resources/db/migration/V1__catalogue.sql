-- The catalogue: what backups and restores there are, how far each is, and what became of it. The data itself is in the
-- repository; a backup that has no manifest there never was, whatever stands here.
--
-- Every table has row level security, forced: a transaction sees the rows of the tenant that it has set in
-- kryonix.tenant. A transaction that has not sees nothing. A pooled connection on which it was set once before shows the
-- setting as empty, not as missing: hence nullif.
CREATE FUNCTION visible(row_tenant text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN row_tenant = nullif(current_setting('kryonix.tenant', true), '');

-- Maps are arrays of `key=value`, sorted by key; no key has an equals sign.
CREATE TABLE backups (
  tenant          text NOT NULL,
  tenant_uid      uuid NOT NULL,
  backup          uuid NOT NULL,
  state           text NOT NULL CHECK (state IN
                    ('PENDING', 'RUNNING', 'SEALING', 'SUCCEEDED', 'FAILED', 'CANCELLING', 'CANCELLED')),
  trigger         text NOT NULL CHECK (trigger IN ('REQUEST', 'SCHEDULE', 'SAFETY')),
  -- The instance that carries it out.
  instance        text NOT NULL,
  request_id      text,
  -- What was asked for under that id, to tell a repetition from another request.
  request_hash    bytea NOT NULL,
  description     text NOT NULL,
  labels          text[] NOT NULL,
  modules         text[] NOT NULL,
  pinned          boolean NOT NULL,
  retention_ms    bigint NOT NULL,
  create_time     timestamptz NOT NULL,
  start_time      timestamptz,
  end_time        timestamptz,
  expire_time     timestamptz,
  chunks          bigint NOT NULL DEFAULT 0,
  new_chunks      bigint NOT NULL DEFAULT 0,
  new_bytes       bigint NOT NULL DEFAULT 0,
  stored_bytes    bigint NOT NULL DEFAULT 0,
  failure_reason  text,
  failure_message text,
  failure_source  text,
  -- The last verification.
  verify_depth    text,
  verify_state    text,
  verify_start    timestamptz,
  verify_end      timestamptz,
  verify_chunks   bigint NOT NULL DEFAULT 0,
  verify_bytes    bigint NOT NULL DEFAULT 0,
  verify_reason   text,
  verify_message  text,
  PRIMARY KEY (tenant_uid, backup)
);
CREATE INDEX backups_newest ON backups (tenant_uid, create_time DESC, backup DESC);
CREATE UNIQUE INDEX backups_request ON backups (tenant_uid, request_id) WHERE request_id IS NOT NULL;

CREATE TABLE backup_sources (
  tenant          text NOT NULL,
  tenant_uid      uuid NOT NULL,
  backup          uuid NOT NULL,
  place           int NOT NULL,
  source          text NOT NULL,
  state           text NOT NULL,
  records         bigint NOT NULL,
  bytes           bigint NOT NULL,
  expected        bigint NOT NULL,
  counts          text[] NOT NULL,
  snapshot_time   timestamptz,
  PRIMARY KEY (tenant_uid, backup, place),
  FOREIGN KEY (tenant_uid, backup) REFERENCES backups ON DELETE CASCADE
);

CREATE TABLE restores (
  tenant          text NOT NULL,
  tenant_uid      uuid NOT NULL,
  restore         uuid NOT NULL,
  state           text NOT NULL CHECK (state IN
                    ('RUNNING', 'ROLLING_BACK', 'SUCCEEDED', 'ROLLED_BACK', 'FAILED')),
  instance        text NOT NULL,
  request_id      text,
  request_hash    bytea NOT NULL,
  backup          uuid NOT NULL,
  sources         text[] NOT NULL,
  modules         text[] NOT NULL,
  safety_backup   uuid,
  create_time     timestamptz NOT NULL,
  end_time        timestamptz,
  expired_records bigint NOT NULL DEFAULT 0,
  failure_reason  text,
  failure_message text,
  failure_source  text,
  PRIMARY KEY (tenant_uid, restore)
);
CREATE INDEX restores_newest ON restores (tenant_uid, create_time DESC, restore DESC);
CREATE UNIQUE INDEX restores_request ON restores (tenant_uid, request_id) WHERE request_id IS NOT NULL;
-- One restore of a tenant at a time.
CREATE UNIQUE INDEX restores_running ON restores (tenant_uid) WHERE state IN ('RUNNING', 'ROLLING_BACK');

CREATE TABLE restore_phases (
  tenant          text NOT NULL,
  tenant_uid      uuid NOT NULL,
  restore         uuid NOT NULL,
  place           int NOT NULL,
  phase           text NOT NULL,
  -- The source that the phase puts back; null for PREPARE and VALIDATE.
  source          text,
  state           text NOT NULL,
  records         bigint NOT NULL,
  bytes           bigint NOT NULL,
  expected        bigint NOT NULL,
  counts          text[] NOT NULL,
  snapshot_time   timestamptz,
  start_time      timestamptz,
  end_time        timestamptz,
  rolled_back     boolean NOT NULL,
  PRIMARY KEY (tenant_uid, restore, place),
  FOREIGN KEY (tenant_uid, restore) REFERENCES restores ON DELETE CASCADE
);

ALTER TABLE backups ENABLE ROW LEVEL SECURITY;
ALTER TABLE backups FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON backups USING (visible(tenant)) WITH CHECK (visible(tenant));
ALTER TABLE backup_sources ENABLE ROW LEVEL SECURITY;
ALTER TABLE backup_sources FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON backup_sources USING (visible(tenant)) WITH CHECK (visible(tenant));
ALTER TABLE restores ENABLE ROW LEVEL SECURITY;
ALTER TABLE restores FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON restores USING (visible(tenant)) WITH CHECK (visible(tenant));
ALTER TABLE restore_phases ENABLE ROW LEVEL SECURITY;
ALTER TABLE restore_phases FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON restore_phases USING (visible(tenant)) WITH CHECK (visible(tenant));
