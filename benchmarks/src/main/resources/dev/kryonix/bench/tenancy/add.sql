-- Copies of the tenant :model, :count of them, with their secrets and conditions, announced as a creation is.
SET search_path = tenant;
BEGIN;
CREATE TEMPORARY TABLE copies ON COMMIT DROP AS
  SELECT gen_random_uuid() AS uid, 'simulated_' || number AS id FROM generate_series(1, :count) AS number;

CREATE TEMPORARY TABLE model ON COMMIT DROP AS SELECT * FROM tenants WHERE id = :'model' AND state = 'ACTIVE';
INSERT INTO tenants
  SELECT (jsonb_populate_record(model, jsonb_build_object('uid', copies.uid, 'id', copies.id))).*
    FROM model, copies;
INSERT INTO secrets
  SELECT (jsonb_populate_record(secrets, jsonb_build_object('tenant_uid', copies.uid, 'tenant', copies.id))).*
    FROM secrets JOIN model ON secrets.tenant_uid = model.uid, copies;
INSERT INTO conditions
  SELECT (jsonb_populate_record(conditions, jsonb_build_object('tenant_uid', copies.uid, 'tenant', copies.id))).*
    FROM conditions JOIN model ON conditions.tenant_uid = model.uid, copies;
INSERT INTO outbox (tenant_uid) SELECT uid FROM copies;
COMMIT;
ANALYZE;
