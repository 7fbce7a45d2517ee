-- Entries that were taken off the books as expired, ever. As `evicted`, it only rises, unless Redis has lost the tenant's books.
ALTER TABLE level_minutes ADD COLUMN expired bigint NOT NULL DEFAULT 0;
ALTER TABLE level_hours ADD COLUMN expired bigint NOT NULL DEFAULT 0;
