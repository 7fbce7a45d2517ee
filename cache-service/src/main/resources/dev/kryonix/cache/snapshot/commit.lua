-- Puts staged entries in place of a tenant's entries of the selected modules, in one step.
-- KEYS: index, account, staged index. ARGV: prefix of entry keys, prefix of staged keys, how many were staged, then the
-- modules (none: all).
-- Answers how many entries are now in place of the old; -1 when staged entries have been lost, and nothing was changed.
local new = redis.call('ZRANGE', KEYS[3], 0, -1, 'WITHSCORES')
if #new / 2 ~= tonumber(ARGV[3]) then return -1 end
for i = 1, #new, 2 do
  if redis.call('EXISTS', ARGV[2] .. new[i]) == 0 then return -1 end
end

local modules = {}
for i = 4, #ARGV do modules[ARGV[i]] = true end
local function selected(member)
  return #ARGV < 4 or modules[string.sub(member, 1, string.find(member, ':', 1, true) - 1)] == true
end
local function charge(score) return tonumber(score) % 32768 end
local keys, units = 0, 0

local old = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #old, 2 do
  if selected(old[i]) then
    redis.call('UNLINK', ARGV[1] .. old[i])
    redis.call('ZREM', KEYS[1], old[i])
    keys = keys - 1
    units = units - charge(old[i + 1])
  end
end

for i = 1, #new, 2 do
  redis.call('RENAME', ARGV[2] .. new[i], ARGV[1] .. new[i])
  redis.call('EXPIREAT', ARGV[1] .. new[i], string.format('%.0f', math.floor(tonumber(new[i + 1]) / 32768)))
  local replaced = redis.call('ZSCORE', KEYS[1], new[i])
  redis.call('ZADD', KEYS[1], new[i + 1], new[i])
  keys = keys + (replaced and 0 or 1)
  units = units + charge(new[i + 1]) - (replaced and charge(replaced) or 0)
end
redis.call('DEL', KEYS[3])
redis.call('HINCRBY', KEYS[2], 'keys', keys)
redis.call('HINCRBY', KEYS[2], 'units', units)
return #new / 2
