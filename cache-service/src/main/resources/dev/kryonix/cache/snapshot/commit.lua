-- Puts staged entries in place of a tenant's entries of the selected modules, in one step.
-- KEYS: index, account, staged index. ARGV: prefix of entry keys, prefix of staged keys, then the modules (none: all).
-- Answers how many entries are now in place of the old.
local modules = {}
for i = 3, #ARGV do modules[ARGV[i]] = true end
local function selected(member)
  return #ARGV < 3 or modules[string.sub(member, 1, string.find(member, ':', 1, true) - 1)] == true
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

local moved = 0
local new = redis.call('ZRANGE', KEYS[3], 0, -1, 'WITHSCORES')
for i = 1, #new, 2 do
  local expiry = math.floor(tonumber(new[i + 1]) / 32768)
  if redis.call('EXISTS', ARGV[2] .. new[i]) == 1 then
    redis.call('RENAME', ARGV[2] .. new[i], ARGV[1] .. new[i])
    redis.call('EXPIREAT', ARGV[1] .. new[i], expiry)
    redis.call('ZADD', KEYS[1], new[i + 1], new[i])
    keys = keys + 1
    units = units + charge(new[i + 1])
    moved = moved + 1
  end
end
redis.call('DEL', KEYS[3])
redis.call('HINCRBY', KEYS[2], 'keys', keys)
redis.call('HINCRBY', KEYS[2], 'units', units)
return moved
