-- Deletes an entry and gives its charge back, in one step.
-- KEYS: entry, index, account. ARGV: member, version (8 bytes) that it must have or empty.
-- Answers 1 deleted, 0 there was none, -1 another version.
local exists = redis.call('EXISTS', KEYS[1]) == 1
if ARGV[2] ~= '' and exists and redis.call('GETRANGE', KEYS[1], 2, 9) ~= ARGV[2] then return -1 end
redis.call('UNLINK', KEYS[1])
local score = redis.call('ZSCORE', KEYS[2], ARGV[1])
if score then
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('HINCRBY', KEYS[3], 'keys', -1)
  redis.call('HINCRBY', KEYS[3], 'units', -(tonumber(score) % 32768))
end
return exists and 1 or 0
