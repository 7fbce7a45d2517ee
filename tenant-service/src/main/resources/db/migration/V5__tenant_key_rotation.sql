-- A secret that services have been told of, and that none of them uses yet.
ALTER TABLE secrets ADD COLUMN pending boolean NOT NULL DEFAULT false;
CREATE INDEX secrets_pending ON secrets (create_time) WHERE pending;
