-- How long the store took for the reads and writes of the row, and how many took longer than 100 milliseconds.
ALTER TABLE use_minutes
  ADD COLUMN read_micros  bigint NOT NULL DEFAULT 0,
  ADD COLUMN slow_reads   bigint NOT NULL DEFAULT 0,
  ADD COLUMN write_micros bigint NOT NULL DEFAULT 0,
  ADD COLUMN slow_writes  bigint NOT NULL DEFAULT 0;
ALTER TABLE use_hours
  ADD COLUMN read_micros  bigint NOT NULL DEFAULT 0,
  ADD COLUMN slow_reads   bigint NOT NULL DEFAULT 0,
  ADD COLUMN write_micros bigint NOT NULL DEFAULT 0,
  ADD COLUMN slow_writes  bigint NOT NULL DEFAULT 0;
