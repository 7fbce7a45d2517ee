-- A key is published before it signs, so that every verifier has it by then. Without a sign_time it is the next one.
ALTER TABLE signing_keys ADD COLUMN sign_time timestamptz;
UPDATE signing_keys SET sign_time = create_time;
