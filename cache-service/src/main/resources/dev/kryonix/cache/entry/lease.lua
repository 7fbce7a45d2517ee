-- Makes a caller the loader of an entry, unless there is one or another loads it. Comes after ledger.lua.
-- KEYS: 6 entry, 7 lease. ARGV: 2 member, 3 token, 4 lease ms, 5 1 when a living entry is to be loaded anew, 6 how many leases
-- there may be at a time.
-- Answers {1 the lease is the caller's, 0 there is an entry, -1 another has the lease, -2 there are too many; for how many ms}.
local LONGEST, TOKEN = 60000, 32
local entry, lease, member, leases = KEYS[6], KEYS[7], ARGV[2], key_of('leases')
if ARGV[5] ~= '1' and version_at(entry, member) then return {0, 0} end
-- Behind the token stands when it was given: what is loaded before a flush or an invalidation is dead by it.
local held = redis.call('GET', lease)
if held and not dead_by(member, tonumber(string.sub(held, TOKEN + 1)) or math.huge, '') then
  return {-1, redis.call('PTTL', lease)}
end
redis.call('ZREMRANGEBYSCORE', leases, '-inf', now_ms)
if redis.call('ZCARD', leases) >= tonumber(ARGV[6]) then
  local first = redis.call('ZRANGE', leases, 0, 0, 'WITHSCORES')
  return {-2, tonumber(first[2]) - now_ms}
end
local ends = now_ms + tonumber(ARGV[4])
local stamp = redis.call('HGET', account, 'stamp') or '0'
redis.call('SET', lease, ARGV[3] .. stamp, 'PX', ARGV[4])
redis.call('ZADD', leases, ends, member)
redis.call('PEXPIRE', leases, LONGEST)
if (tonumber(redis.call('HGET', account, 'leased')) or 0) < ends then
  redis.call('HSET', account, 'leased', string.format('%.0f', ends))
end
return {1, tonumber(ARGV[4])}
