-- Writes an entry under its tenant's quota, in one step. Comes after ledger.lua.
-- KEYS: 6 entry, 7 lease. ARGV: 2 member, 3 and 4 the envelope before and after stamp and expiry, 5 ttl ms, 6 for how many ms more
-- it is kept as stale, 7 charge, 8 class, 9 condition, 10 version (8 bytes) or token, 11 keys, 12 bytes, 13 spread, 14 policy,
-- 15 mobile share.
-- Answers: 1 written, 0 the condition does not hold, -1 out of keys, -2 out of memory.
local entry, lease, member = KEYS[6], KEYS[7], ARGV[2]
-- Sixteen for each write, in one go for eight.
if now_us % 8 == 0 then sweep(128) end

local condition = ARGV[9]
if condition == 'lease' then
  if redis.call('GET', lease) ~= ARGV[10] then return 0 end
elseif condition ~= 'always' then
  local version = version_at(entry, member)
  if condition == 'absent' and version then return 0 end
  if condition == 'present' and not version then return 0 end
  if condition == 'etag' and version ~= ARGV[10] then return 0 end
end

local before, held, sums
local function look()
  before = tonumber(redis.call('ZSCORE', index, member))
  held = redis.call('HMGET', account, 'mobile', 'web', 'share', 'stamp', 'leased')
  sums = {mobile = tonumber(held[1]) or 0, web = tonumber(held[2]) or 0}
end
look()

local bytes, class_name = tonumber(ARGV[7]), ARGV[8]
local quota = {keys = tonumber(ARGV[11]), bytes = tonumber(ARGV[12]), spread = tonumber(ARGV[13]), policy = ARGV[14],
  mobile_share = tonumber(ARGV[15])}
local part = (tonumber(held[3]) or 1e9 / quota.spread) / 1e9
local more = bytes - (before and charge(before) or 0)
if (not before and redis.call('ZCARD', index) + 1 > quota.keys * part + ROUNDING)
  or (more > 0 and sums.mobile + sums.web + more > quota.bytes * part + ROUNDING) then
  local lack = room({[member] = true}, class_name, before and 0 or 1, more, quota)
  if lack ~= 0 then return lack end
  -- Others have gone, and so may the entry itself have, when its time was over.
  look()
end

local stamp = next_stamp(held[4])
local expires = now_ms + tonumber(ARGV[5])
local kept = tonumber(ARGV[5]) + tonumber(ARGV[6])
redis.call('SET', entry, ARGV[3] .. struct.pack('>I8', stamp) .. struct.pack('>I8', expires) .. ARGV[4], 'PX', kept)
redis.call('ZADD', index, score_of(now_ms + kept, class_name, bytes), member)
if before then sums[class(before)] = sums[class(before)] - charge(before) end
sums[class_name] = sums[class_name] + bytes
redis.call('HSET', account, 'mobile', string.format('%.0f', sums.mobile), 'web', string.format('%.0f', sums.web),
  'stamp', string.format('%.0f', stamp))
if (tonumber(held[5]) or 0) > now_ms then redis.call('UNLINK', lease) end
tell_of('w', member, digests_of(ARGV[4]))
return 1
