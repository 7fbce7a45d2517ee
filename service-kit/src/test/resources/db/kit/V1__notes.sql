-- A table under row level security as every service has, and one of the platform.
CREATE TABLE notes (
  tenant text NOT NULL,
  name   text NOT NULL CONSTRAINT notes_name_unique UNIQUE,
  taken  timestamptz,
  PRIMARY KEY (tenant, name)
);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_only ON notes
  USING (tenant = current_setting('kryonix.tenant', true) OR current_setting('kryonix.platform', true) = 'on')
  WITH CHECK (tenant = current_setting('kryonix.tenant', true));
CREATE TABLE counters (name text PRIMARY KEY, value bigint NOT NULL);
