-- Two token buckets of one tenant, refilled evenly by Redis's own clock.
-- KEYS[1]: a hash of h (tokens in the hour's bucket), s (in the second's), t (microseconds of the last change).
-- ARGV: the size of the hour's bucket, of the second's (0: no limit), tokens used already, tokens wanted.
-- Answers: tokens granted, tokens left in the bucket that holds less, microseconds until one can be granted.
local hour, second = tonumber(ARGV[1]), tonumber(ARGV[2])
local used, wanted = tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local state = redis.call('HMGET', KEYS[1], 'h', 's', 't')
local passed = math.max(0, now - (tonumber(state[3]) or now))

local function refilled(tokens, size, micros)
  if size == 0 then return math.huge end
  return math.min(size, (tonumber(tokens) or size) + passed * size / micros)
end
local function wait(tokens, size, micros)
  if size == 0 or tokens >= 1 then return 0 end
  return math.ceil((1 - tokens) * micros / size)
end

local h = refilled(state[1], hour, 3600000000) - used
local s = refilled(state[2], second, 1000000) - used
local granted = math.max(0, math.min(wanted, math.floor(h), math.floor(s)))
h, s = h - granted, s - granted
-- An unlimited bucket is kept as nothing, so that a limit set later begins full.
redis.call('HSET', KEYS[1], 't', string.format('%.0f', now),
  'h', hour == 0 and '' or string.format('%.6f', h), 's', second == 0 and '' or string.format('%.6f', s))
-- By then both buckets are full again, and the key says no more than its absence would.
local full = 1000
if hour > 0 then full = full + (hour - h) * 3600000 / hour end
if second > 0 then full = math.max(full, 1000 + (second - s) * 1000 / second) end
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', full))

local left = math.max(0, math.floor(math.min(h, s, 9000000000000000)))
local next = 0
if granted == 0 then next = math.max(wait(h, hour, 3600000000), wait(s, second, 1000000)) end
return {granted, left, next}
