-- The next generation of :count simulated tenants, announced as an update is.
SET search_path = tenant;
BEGIN;
CREATE TEMPORARY TABLE changed ON COMMIT DROP AS
  SELECT uid FROM tenants WHERE id LIKE 'simulated\_%' ORDER BY id LIMIT :count;
UPDATE tenants SET revision = revision + 1, generation = generation + 1, update_time = now() WHERE uid IN (SELECT uid FROM changed);
INSERT INTO outbox (tenant_uid) SELECT uid FROM changed;
COMMIT;
