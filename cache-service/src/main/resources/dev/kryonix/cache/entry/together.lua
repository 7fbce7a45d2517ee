-- Changes several entries in one step, all or none. Comes after ledger.lua.
-- KEYS: 6… entries. ARGV: 2 keys, 3 bytes, 4 spread, 5 policy, 6 mobile share, 7 what the keys of leases begin with, 8 the run of
-- Redis that it must be, or nothing; then for each entry: what (put, extend, remove), member, condition, version (8 bytes), the envelope before and after stamp and expiry,
-- ttl ms, charge, class.
-- Answers: 1 changed, 0 a condition does not hold, -1 out of keys, -2 out of memory.
if ARGV[8] ~= '' and string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') ~= ARGV[8] then return 0 end
local function of(i, n) return ARGV[8 + (i - 1) * 9 + n] end
local count = #KEYS - 5
sweep(16)

local spared, class_name = {}, 'mobile'
for i = 1, count do
  local member, condition = of(i, 2), of(i, 3)
  if condition ~= 'always' then
    local version = version_at(KEYS[5 + i], member)
    if condition == 'absent' and version then return 0 end
    if condition == 'etag' and version ~= of(i, 4) then return 0 end
  end
  spared[member] = true
  if of(i, 1) == 'put' then class_name = of(i, 9) end
end
-- How many more keys and bytes there will be than there are.
local function needed()
  local keys, bytes = 0, 0
  for i = 1, count do
    local before = line_at(of(i, 2))
    if of(i, 1) == 'put' then
      keys = keys + (before and 0 or 1)
      bytes = bytes + tonumber(of(i, 8)) - (before and charge(before) or 0)
    elseif of(i, 1) == 'remove' and before then
      keys = keys - 1
      bytes = bytes - charge(before)
    end
  end
  return keys, bytes
end
local quota = {keys = tonumber(ARGV[2]), bytes = tonumber(ARGV[3]), spread = tonumber(ARGV[4]), policy = ARGV[5],
  mobile_share = tonumber(ARGV[6])}
local lack, struck_before
repeat
  -- Making room may take some of these entries off the books, when their time was over: then more is needed.
  struck_before = struck
  local more_keys, more_bytes = needed()
  lack = room(spared, class_name, more_keys, more_bytes, quota)
until lack ~= 0 or struck == struck_before
if lack ~= 0 then return lack end

local stamp = next_stamp(redis.call('HGET', account, 'stamp'))
redis.call('HSET', account, 'stamp', string.format('%.0f', stamp))
for i = 1, count do
  local entry, what, member = KEYS[5 + i], of(i, 1), of(i, 2)
  local before = line_at(member)
  if what == 'put' then
    local expires = now_ms + tonumber(of(i, 7))
    local had = is_watched() and tags_at(entry, before)
    redis.call('SET', entry, of(i, 5) .. struct.pack('>I8', stamp) .. struct.pack('>I8', expires) .. of(i, 6), 'PX', of(i, 7))
    enter(member, before, expires, of(i, 9), tonumber(of(i, 8)))
    release(ARGV[7] .. member, member)
    if had then tell_written(member, had, of(i, 6)) end
  elseif what == 'remove' then
    redis.call('UNLINK', entry)
    release(ARGV[7] .. member, member)
    if before then
      strike(member, before)
      tell_of('d', member, '?')
    end
  elseif before and redis.call('PTTL', entry) < tonumber(of(i, 7)) and redis.call('PEXPIRE', entry, of(i, 7)) == 1 then
    local expires = now_ms + tonumber(of(i, 7))
    redis.call('SETRANGE', entry, 26, struct.pack('>I8', expires))
    note(member, expires, class(before), charge(before))
  end
end
return 1
