-- Erases up to so many of a tenant's entries. KEYS: index, account. ARGV: prefix of entry keys, most.
-- Answers how many are left; with none left the account goes too.
local some = redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[2]) - 1)
for _, member in ipairs(some) do
  redis.call('UNLINK', ARGV[1] .. member)
  redis.call('ZREM', KEYS[1], member)
end
local left = redis.call('ZCARD', KEYS[1])
if left == 0 then redis.call('DEL', KEYS[2]) end
return left
