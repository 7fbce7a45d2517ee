-- Writes entries under their tenant's quota, each on its own, in one run. Comes after ledger.lua.
-- KEYS: 6… entry and lease of each. ARGV: 2 keys, 3 bytes, 4 spread, 5 policy, 6 mobile share; then for each entry: member, the
-- envelope before and after stamp and expiry, ttl ms, for how many ms more it is kept as stale, charge, class, condition,
-- version (8 bytes) or token.
-- Answers one character for each: 1 written, 0 the condition does not hold, k out of keys, b out of bytes.
--
-- What all of them need is read once and what they change together is put down once; between, it is in the variables here.
local quota = {keys = tonumber(ARGV[2]), bytes = tonumber(ARGV[3]), spread = tonumber(ARGV[4]), policy = ARGV[5],
  mobile_share = tonumber(ARGV[6])}
local count = (#KEYS - 5) / 2
-- Sixteen for each write, of few writes in one go for eight.
if count >= 8 then sweep(16 * count) elseif now_us % 8 == 0 then sweep(128 * count) end

local sums, keys, part, stamp, leased
local changed, first = false, {}
local function look()
  local held = redis.call('HMGET', account, 'mobile', 'web', 'keys', 'share', 'stamp', 'leased')
  sums = {mobile = tonumber(held[1]) or 0, web = tonumber(held[2]) or 0}
  keys, part = tonumber(held[3]) or 0, (tonumber(held[4]) or 1e9 / quota.spread) / 1e9
  stamp, leased = held[5], tonumber(held[6]) or 0
end
local function put_down()
  if not changed then return end
  redis.call('HSET', account, 'mobile', string.format('%.0f', sums.mobile), 'web', string.format('%.0f', sums.web),
    'keys', keys, 'stamp', string.format('%.0f', stamp))
  local pairs_of = {}
  for n, seconds in pairs(first) do
    pairs_of[#pairs_of + 1], pairs_of[#pairs_of + 2] = seconds, n
  end
  redis.call('ZADD', index, 'LT', unpack(pairs_of))
  changed, first = false, {}
end
look()

local function holds(entry, lease, member, condition, operand)
  if condition == 'lease' then return redis.call('GET', lease) == operand end
  local version = version_at(entry, member)
  if condition == 'absent' then return not version end
  if condition == 'present' then return version end
  return version == operand
end

local function write(entry, lease, at)
  local member, bytes, class_name = ARGV[at], tonumber(ARGV[at + 5]), ARGV[at + 6]
  if ARGV[at + 7] ~= 'always' and not holds(entry, lease, member, ARGV[at + 7], ARGV[at + 8]) then return '0' end
  local n = place(member)
  local before = tonumber(redis.call('HGET', page(n), member))
  local more = bytes - (before and charge(before) or 0)
  if (not before and keys + 1 > quota.keys * part + ROUNDING)
    or (more > 0 and sums.mobile + sums.web + more > quota.bytes * part + ROUNDING) then
    put_down()
    local lack = room({[member] = true}, class_name, before and 0 or 1, more, quota)
    look()
    if lack ~= 0 then return lack == -1 and 'k' or 'b' end
    -- Others have gone, and so may the entry itself have, when its time was over.
    before = tonumber(redis.call('HGET', page(n), member))
  end

  stamp = next_stamp(stamp)
  local expires, kept = now_ms + tonumber(ARGV[at + 3]), tonumber(ARGV[at + 3]) + tonumber(ARGV[at + 4])
  redis.call('SET', entry, ARGV[at + 1] .. struct.pack('>I8I8', stamp, expires) .. ARGV[at + 2], 'PX', kept)
  local seconds = seconds_of(now_ms + kept)
  redis.call('HSET', page(n), member, line_of(seconds, class_name, bytes))
  if not first[n] or seconds < first[n] then first[n] = seconds end
  if before then sums[class(before)] = sums[class(before)] - charge(before) else keys = keys + 1 end
  sums[class_name] = sums[class_name] + bytes
  changed = true
  if leased > now_ms then release(lease, member) end
  if is_watched() then tell_of('w', member, digests_of(ARGV[at + 2])) end
  if is_followed() then change(member) end
  if keys > PAGE * pages then
    put_down()
    split()
  end
  return '1'
end

local answers = {}
for i = 1, count do answers[i] = write(KEYS[4 + 2 * i], KEYS[5 + 2 * i], 9 * i - 2) end
put_down()
return table.concat(answers)
