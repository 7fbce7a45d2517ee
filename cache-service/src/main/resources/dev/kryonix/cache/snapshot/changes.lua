-- Has a bucket's changes kept for longer, and reads those after a position. Comes after ledger.lua.
-- ARGV: 2 a new era, or none; 3 the era and 4 the stamp of the position, 5 how many at most, 6 after how many bytes of entries
-- it is enough.
-- With a new era it begins with that, unless changes are kept already, and answers {era, stamp of the last change}.
-- Else it answers {until when all has been read, or 0, then for each entry: member, stamp of its last change, the envelope or
-- nothing}; {} when changes after the position are not held.
local changed = key_of('changed')
-- What Redis loses at a restart or a failover it loses without a trace: positions of another run are void.
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local state = redis.call('HMGET', follow, 'era', 'run', 'last', 'floor')
local era, last, floor = state[1], tonumber(state[3]), tonumber(state[4])
local held = era and state[2] == run and redis.call('ZSCORE', changed, '')

local function keep()
  local long_ago = string.format('%.0f', now_us - CHANGES_KEPT * 1000000)
  local oldest = redis.call('ZREVRANGEBYSCORE', changed, long_ago, '(0', 'WITHSCORES', 'LIMIT', 0, 1)
  if #oldest > 0 then
    redis.call('HSET', follow, 'floor', oldest[2])
    redis.call('ZREMRANGEBYSCORE', changed, '(0', oldest[2])
  end
  redis.call('EXPIRE', follow, CHANGES_KEPT)
  redis.call('EXPIRE', changed, CHANGES_KEPT)
end

if ARGV[2] ~= '' then
  if not held then
    era, last = ARGV[2], now_us
    local at = string.format('%.0f', last)
    redis.call('UNLINK', changed)
    redis.call('ZADD', changed, 0, '')
    redis.call('HSET', follow, 'era', era, 'run', run, 'last', at, 'floor', at)
  end
  keep()
  return {tonumber(era), last}
end

local after = tonumber(ARGV[4])
if not held or era ~= ARGV[3] or after < floor or after > last then return {} end
keep()

-- The envelope at a member's key; nothing when it is dead, false when its slot moves and it is on the other shard already.
local function living(member)
  local stored = redis.pcall('GET', prefix .. member)
  if type(stored) == 'table' then return string.find(stored.err, 'WRONGTYPE', 1, true) and '' end
  if not stored or #stored < TAGS then return '' end
  local _, stamp, expires, digests = head_of(stored)
  if expires <= now_ms or dead_by(member, stamp, digests) then return '' end
  return stored
end

local some = redis.call('ZRANGEBYSCORE', changed, '(' .. ARGV[4], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[5])
local answer, bytes, all = {0}, 0, #some < 2 * tonumber(ARGV[5])
for i = 1, #some, 2 do
  local stored = living(some[i])
  if not stored or bytes > tonumber(ARGV[6]) then
    all = false
    break
  end
  bytes = bytes + #stored
  answer[#answer + 1], answer[#answer + 2], answer[#answer + 3] = some[i], tonumber(some[i + 1]), stored
end
if all then
  -- No change to come has a stamp up to this one.
  answer[1] = math.max(now_us, last)
  redis.call('HSET', follow, 'last', string.format('%.0f', answer[1]))
end
return answer
