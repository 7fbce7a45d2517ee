-- Takes expired entries out of a tenant's index and account. KEYS: index, account. ARGV: prefix of entry keys, most.
-- Answers how many.
local now = tonumber(redis.call('TIME')[1])
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now * 32768), 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for i = 1, #gone, 2 do
  redis.call('UNLINK', ARGV[1] .. gone[i])
  redis.call('ZREM', KEYS[1], gone[i])
  redis.call('HINCRBY', KEYS[2], 'keys', -1)
  redis.call('HINCRBY', KEYS[2], 'units', -(tonumber(gone[i + 1]) % 32768))
end
return #gone / 2
