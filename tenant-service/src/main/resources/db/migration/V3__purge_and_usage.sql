-- What tenants use, as the services last reported it.
CREATE TABLE usage (
  tenant_uid   uuid NOT NULL REFERENCES tenants,
  tenant       text NOT NULL,
  service      text NOT NULL,
  metric       text NOT NULL,
  amount       bigint NOT NULL,
  measure_time timestamptz NOT NULL,
  PRIMARY KEY (tenant_uid, service, metric)
);

-- Erasures of purged tenants, which outlive what they erased: they name the tenant and hold nothing of it.
CREATE TABLE erasures (
  tenant_uid     uuid PRIMARY KEY REFERENCES tenants,
  tenant         text NOT NULL,
  start_time     timestamptz NOT NULL,
  finish_time    timestamptz,
  destroyed_keys text[] NOT NULL
);

-- Each service's part of an erasure. Counts are arrays of `kind=number`.
CREATE TABLE service_erasures (
  tenant_uid    uuid NOT NULL REFERENCES erasures,
  tenant        text NOT NULL,
  service       text NOT NULL,
  finish_time   timestamptz,
  counts_before text[] NOT NULL,
  counts_after  text[] NOT NULL,
  PRIMARY KEY (tenant_uid, service)
);
CREATE INDEX service_erasures_unfinished ON service_erasures (tenant_uid) WHERE finish_time IS NULL;
CREATE INDEX tenants_purgeable ON tenants (purge_time) WHERE state = 'DELETING';

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['usage', 'erasures', 'service_erasures'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY isolation ON %I USING (visible(tenant)) WITH CHECK (visible(tenant))', name);
  END LOOP;
END
$$;
