-- Makes a caller the loader of an entry, unless there is one or another loads it. Comes after ledger.lua.
-- KEYS: 6 entry, 7 lease. ARGV: 2 member, 3 token, 4 lease ms, 5 1 when a living entry is to be loaded anew.
-- Answers {1 the lease is the caller's, 0 there is an entry, -1 another has the lease; for how many ms}.
local entry, lease, member = KEYS[6], KEYS[7], ARGV[2]
if ARGV[5] ~= '1' and version_at(entry, member) then return {0, 0} end
if redis.call('SET', lease, ARGV[3], 'NX', 'PX', ARGV[4]) then
  local ends = now_ms + tonumber(ARGV[4])
  if (tonumber(redis.call('HGET', account, 'leased')) or 0) < ends then
    redis.call('HSET', account, 'leased', string.format('%.0f', ends))
  end
  return {1, tonumber(ARGV[4])}
end
return {-1, redis.call('PTTL', lease)}
