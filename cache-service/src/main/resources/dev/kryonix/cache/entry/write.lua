-- Writes an entry under its tenant's quota, in one step.
-- KEYS: entry, index, account. ARGV: value, ttl ms, charge units, max keys, max units, condition, version (8 bytes),
-- member, prefix of entry keys.
-- Answers {outcome, ttl ms or what is used}: 1 written, 0 condition failed, -1 out of keys, -2 out of memory.
local now = redis.call('TIME')
local seconds = tonumber(now[1])
local scale = 32768

local function sweep(most)
  local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('(%.0f', seconds * scale), 'WITHSCORES', 'LIMIT', 0, most)
  for i = 1, #gone, 2 do
    redis.call('UNLINK', ARGV[9] .. gone[i])
    redis.call('ZREM', KEYS[2], gone[i])
    redis.call('HINCRBY', KEYS[3], 'keys', -1)
    redis.call('HINCRBY', KEYS[3], 'units', -(tonumber(gone[i + 1]) % scale))
  end
  return #gone
end
sweep(16)

local exists = redis.call('EXISTS', KEYS[1]) == 1
local condition = ARGV[6]
if (condition == 'absent' and exists) or (condition == 'present' and not exists) then return {0, 0} end
if condition == 'etag' and (not exists or redis.call('GETRANGE', KEYS[1], 2, 9) ~= ARGV[7]) then return {0, 0} end

local before = redis.call('ZSCORE', KEYS[2], ARGV[8])
local more_keys = before and 0 or 1
local more_units = tonumber(ARGV[3]) - (before and tonumber(before) % scale or 0)

local function lacking()
  local account = redis.call('HMGET', KEYS[3], 'keys', 'units')
  if more_keys > 0 and tonumber(account[1] or 0) + more_keys > tonumber(ARGV[4]) then return -1 end
  if more_units > 0 and tonumber(account[2] or 0) + more_units > tonumber(ARGV[5]) then return -2 end
  return 0
end
local lack = lacking()
for _ = 1, 8 do
  if lack == 0 or sweep(256) == 0 then break end
  lack = lacking()
end
if lack ~= 0 then return {lack, 0} end

local ttl = tonumber(ARGV[2])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ttl)
local expiry = seconds + math.ceil((ttl + tonumber(now[2]) / 1000) / 1000)
redis.call('ZADD', KEYS[2], string.format('%.0f', expiry * scale + tonumber(ARGV[3])), ARGV[8])
redis.call('HINCRBY', KEYS[3], 'keys', more_keys)
redis.call('HINCRBY', KEYS[3], 'units', more_units)
return {1, ttl}
