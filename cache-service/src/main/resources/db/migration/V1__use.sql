-- What tenants do with their caches and what they hold, by the minute for some hours and then by the hour.
--
-- Every table has row level security, forced: a transaction sees the rows of the tenant that it has set in
-- kryonix.tenant, or all when it has set kryonix.platform = 'on', which only the service's own housekeeping does. A
-- transaction that has set neither sees nothing. A pooled connection on which it was set once before shows the setting
-- as empty, not as missing: hence nullif.
CREATE FUNCTION visible(row_tenant text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN row_tenant = nullif(current_setting('kryonix.tenant', true), '')
      OR current_setting('kryonix.platform', true) = 'on';

-- A row for each process that counts: it holds all that the process has counted in that minute, so that writing it again
-- changes nothing.
CREATE TABLE use_minutes (
  tenant        text NOT NULL,
  tenant_uid    uuid NOT NULL,
  minute        timestamptz NOT NULL,
  module        text NOT NULL,
  -- One of the catalogue's data types, or other.
  type          text NOT NULL,
  process       uuid NOT NULL,
  hits          bigint NOT NULL,
  -- Those that were rejected are misses, too.
  misses        bigint NOT NULL,
  rejected      bigint NOT NULL,
  read_bytes    bigint NOT NULL,
  writes        bigint NOT NULL,
  written_bytes bigint NOT NULL,
  PRIMARY KEY (tenant_uid, minute, module, type, process)
);
CREATE INDEX use_minutes_old ON use_minutes (minute);

CREATE TABLE use_hours (
  tenant        text NOT NULL,
  tenant_uid    uuid NOT NULL,
  hour          timestamptz NOT NULL,
  module        text NOT NULL,
  type          text NOT NULL,
  hits          bigint NOT NULL,
  misses        bigint NOT NULL,
  rejected      bigint NOT NULL,
  read_bytes    bigint NOT NULL,
  writes        bigint NOT NULL,
  written_bytes bigint NOT NULL,
  PRIMARY KEY (tenant_uid, hour, module, type)
);
CREATE INDEX use_hours_old ON use_hours (hour);

-- What a tenant held at the last look of the minute. `evicted` only rises, unless Redis has lost the tenant's books.
CREATE TABLE level_minutes (
  tenant        text NOT NULL,
  tenant_uid    uuid NOT NULL,
  minute        timestamptz NOT NULL,
  keys          bigint NOT NULL,
  bytes         bigint NOT NULL,
  evicted       bigint NOT NULL,
  PRIMARY KEY (tenant_uid, minute)
);
CREATE INDEX level_minutes_old ON level_minutes (minute);

-- The hour's last minute.
CREATE TABLE level_hours (
  tenant        text NOT NULL,
  tenant_uid    uuid NOT NULL,
  hour          timestamptz NOT NULL,
  minute        timestamptz NOT NULL,
  keys          bigint NOT NULL,
  bytes         bigint NOT NULL,
  evicted       bigint NOT NULL,
  PRIMARY KEY (tenant_uid, hour)
);
CREATE INDEX level_hours_old ON level_hours (hour);

ALTER TABLE use_minutes ENABLE ROW LEVEL SECURITY;
ALTER TABLE use_minutes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON use_minutes USING (visible(tenant)) WITH CHECK (visible(tenant));
ALTER TABLE use_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE use_hours FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON use_hours USING (visible(tenant)) WITH CHECK (visible(tenant));
ALTER TABLE level_minutes ENABLE ROW LEVEL SECURITY;
ALTER TABLE level_minutes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON level_minutes USING (visible(tenant)) WITH CHECK (visible(tenant));
ALTER TABLE level_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE level_hours FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON level_hours USING (visible(tenant)) WITH CHECK (visible(tenant));
