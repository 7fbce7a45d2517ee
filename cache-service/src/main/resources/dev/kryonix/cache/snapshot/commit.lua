-- Puts staged entries in place of a bucket's entries of the selected modules, in one step. Comes after ledger.lua.
-- KEYS: 6 staged index. ARGV: 2 prefix of staged keys, 3 how many were staged, 4 whether all but the platform's own go, then
-- the modules.
-- Answers how many entries are now in place of the old; -1 when staged entries have been lost, and nothing was changed.
local staged_index, staged_prefix = KEYS[6], ARGV[2]
local new = redis.call('ZRANGE', staged_index, 0, -1, 'WITHSCORES')
if #new / 2 ~= tonumber(ARGV[3]) then return -1 end
for i = 1, #new, 2 do
  if redis.call('EXISTS', staged_prefix .. new[i]) == 0 then return -1 end
end

local every, modules = ARGV[4] == '1', {}
for i = 5, #ARGV do modules[ARGV[i]] = true end
local function selected(member)
  if every and not is_platform(member) then return true end
  return modules[string.sub(member, 1, string.find(member, ':', 1, true) - 1)] == true
end

paged()
for n = 0, pages - 1 do
  local old = redis.call('HGETALL', page(n))
  for i = 1, #old, 2 do
    if selected(old[i]) then drop(old[i], tonumber(old[i + 1])) end
  end
end

-- What is restored is written now: flushes and invalidations of before concern it no more.
local stamp = next_stamp(redis.call('HGET', account, 'stamp'))
for i = 1, #new, 2 do
  local member, score = new[i], tonumber(new[i + 1])
  local entry = prefix .. member
  local expiry_ms = (math.floor(score / SECOND) + EPOCH) * 1000
  redis.call('RENAME', staged_prefix .. member, entry)
  redis.call('SETRANGE', entry, 18, struct.pack('>I8', stamp) .. struct.pack('>I8', expiry_ms))
  redis.call('PEXPIREAT', entry, string.format('%.0f', expiry_ms))
  local before = line_at(member)
  enter(member, before, expiry_ms, class(score), charge(score))
end
redis.call('HSET', account, 'stamp', string.format('%.0f', stamp))
redis.call('UNLINK', staged_index)
tell('f', ':', '')
return #new / 2
