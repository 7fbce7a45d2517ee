-- Gives an entry a new time to live, in one step.
-- KEYS: entry, index. ARGV: member, ttl ms. Answers 1, or 0 when there is no entry.
local score = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not score or redis.call('PEXPIRE', KEYS[1], ARGV[2]) == 0 then return 0 end
local now = redis.call('TIME')
local expiry = tonumber(now[1]) + math.ceil((tonumber(ARGV[2]) + tonumber(now[2]) / 1000) / 1000)
redis.call('ZADD', KEYS[2], string.format('%.0f', expiry * 32768 + tonumber(score) % 32768), ARGV[1])
return 1
