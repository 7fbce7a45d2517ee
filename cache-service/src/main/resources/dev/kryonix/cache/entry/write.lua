-- Writes entries under their tenant's quota, each on its own, in one run. Comes after ledger.lua.
-- KEYS: 6… entries. ARGV: 2 keys, 3 bytes, 4 spread, 5 policy, 6 mobile share, 7 what the keys of leases begin with; then for
-- each entry: the envelope, and its terms. These are numbers in one text, since each text costs more than a number: the member's
-- digest, ttl ms, for how many ms more it is kept as stale, charge, 1 for the class web, the condition's letter; then the version
-- (8 bytes) or token.
-- Answers one character for each: 1 written, 0 the condition does not hold, k out of keys, b out of bytes.
--
-- What all of them need is read once and what they change together is put down once; between, it is in the variables here.
local quota = {keys = tonumber(ARGV[2]), bytes = tonumber(ARGV[3]), spread = tonumber(ARGV[4]), policy = ARGV[5],
  mobile_share = tonumber(ARGV[6])}
local lease_prefix, count = ARGV[7], #KEYS - 5
-- Sixteen for each write, of few writes in one go for eight.
if count >= 8 then sweep(16 * count) elseif now_us % 8 == 0 then sweep(128 * count) end

local sums, keys, part, stamp, leased
-- Whether anything was written, and whether it is more or less than there was.
local changed, moved, first = false, false, {}
local function look()
  local held = redis.call('HMGET', account, 'mobile', 'web', 'keys', 'share', 'stamp', 'leased', 'pages')
  sums = {mobile = tonumber(held[1]) or 0, web = tonumber(held[2]) or 0}
  keys, part = tonumber(held[3]) or 0, (tonumber(held[4]) or 1e9 / quota.spread) / 1e9
  stamp, leased = held[5], tonumber(held[6]) or 0
  paged(held[7] or 1)
end
local function put_down()
  if not changed then return end
  if moved then
    redis.call('HSET', account, 'mobile', text(sums.mobile), 'web', text(sums.web), 'keys', text(keys), 'stamp', text(stamp))
  else
    redis.call('HSET', account, 'stamp', text(stamp))
  end
  local pairs_of = {}
  for n, seconds in pairs(first) do
    pairs_of[#pairs_of + 1], pairs_of[#pairs_of + 2] = text(seconds), text(n)
  end
  if #pairs_of > 0 then redis.call('ZADD', index, 'LT', unpack(pairs_of)) end
  changed, moved, first = false, false, {}
end
look()

local TOKEN = 32 -- The length of a lease's token; behind it stands when it was given.
local ALWAYS, ABSENT, PRESENT, LEASE = 97, 48, 49, 108 -- a, 0, 1, l; e is a version
local function holds(entry, member, condition, operand, envelope)
  if condition == LEASE then
    local lease = lease_prefix .. member
    local held = redis.call('GET', lease) or ''
    if string.sub(held, 1, TOKEN) ~= operand then return false end
    -- What was loaded before a flush or an invalidation of it must not come back; another may load it anew.
    local since = tonumber(string.sub(held, TOKEN + 1)) or math.huge
    if not dead_by(member, since, digests_of(string.sub(envelope, TAGS))) then return true end
    release(lease, member)
    return false
  end
  local version = version_at(entry, member)
  if condition == ABSENT then return not version end
  if condition == PRESENT then return version end
  return version == operand
end

-- Puts an envelope with stamp and expiry in its place. Lua hashes each text that is made, to its last byte; so a long one is
-- not made anew, and Redis itself puts these into it. A time to live would be turned into the time of its end for the
-- append-only file, so it is given as that.
local LONG = 256
local function put(entry, envelope, stamp, expires, gone)
  local times = struct.pack('>I8I8', stamp, expires)
  if #envelope < LONG then
    envelope = string.sub(envelope, 1, STAMP) .. times .. string.sub(envelope, TAGS)
    redis.call('SET', entry, envelope, 'PXAT', text(gone))
  else
    redis.call('SET', entry, envelope, 'PXAT', text(gone))
    redis.call('SETRANGE', entry, STAMP, times)
  end
end

local member_at = #prefix + 1
local function write(entry, at)
  local terms = ARGV[at + 1]
  local digest, ttl, stale, bytes, web, condition, operand_at = struct.unpack('>I4I8I8I4BB', terms)
  local member, class_name = string.sub(entry, member_at), web == 1 and 'web' or 'mobile'
  if condition ~= ALWAYS and not holds(entry, member, condition, string.sub(terms, operand_at), ARGV[at]) then return '0' end
  local n = place_of(digest)
  local at_page = page(n)
  local before = tonumber(redis.call('HGET', at_page, member))
  -- What it takes to make room may end the entry itself, when its time was over: then it needs room for all of it, once more.
  for _ = 1, 2 do
    local more = bytes - (before and charge(before) or 0)
    if (before or keys + 1 <= quota.keys * part + ROUNDING)
      and (more <= 0 or sums.mobile + sums.web + more <= quota.bytes * part + ROUNDING) then
      break
    end
    put_down()
    local lack = room({[member] = true}, class_name, before and 0 or 1, more, quota)
    look()
    if lack ~= 0 then return lack == -1 and 'k' or 'b' end
    before = tonumber(redis.call('HGET', at_page, member))
  end

  stamp = next_stamp(stamp)
  local gone = now_ms + ttl + stale
  local had = is_watched() and tags_at(entry, before)
  put(entry, ARGV[at], stamp, now_ms + ttl, gone)
  seen[member] = nil
  local seconds = seconds_of(gone)
  redis.call('HSET', at_page, member, line_of(seconds, class_name, bytes))
  -- A page's time is not after any of its entries, and so not after one that lives on.
  if (not before or seconds < expires(before)) and (not first[n] or seconds < first[n]) then first[n] = seconds end
  if not before or charge(before) ~= bytes or class(before) ~= class_name then
    if before then sums[class(before)] = sums[class(before)] - charge(before) else keys = keys + 1 end
    sums[class_name] = sums[class_name] + bytes
    own(member, before and 0 or 1, bytes - (before and charge(before) or 0))
    moved = true
  end
  changed = true
  if leased > now_ms then release(lease_prefix .. member, member) end
  if had then tell_written(member, had, string.sub(ARGV[at], TAGS)) end
  if is_followed() then change(member) end
  if keys > PAGE * pages then
    put_down()
    split()
  end
  return '1'
end

local answers = {}
-- What an error leaves undone stays so; what was written before it is put down.
local whole, failure = pcall(function()
  for i = 1, count do answers[i] = write(KEYS[5 + i], 2 * i + 6) end
end)
put_down()
if not whole then error(failure, 0) end
return table.concat(answers)
