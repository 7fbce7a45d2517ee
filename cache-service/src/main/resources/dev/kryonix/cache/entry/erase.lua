-- Erases a bucket's entries, some more than so many. Comes after ledger.lua. ARGV: 2 how many.
-- Answers how many are left; with none left the books go too.
local erased, stuck = 0, false
while erased < tonumber(ARGV[2]) and not stuck do
  local n = redis.call('ZRANGE', index, 0, 0)[1]
  if not n then break end
  local lines = redis.call('HGETALL', page(n))
  for i = 1, #lines, 2 do
    if drop(lines[i], tonumber(lines[i + 1])) then erased = erased + 1 else stuck = true end
  end
end
local left = tonumber(redis.call('HGET', account, 'keys')) or 0
if left == 0 then redis.call('UNLINK', index, account, marks, tags, reads, watch, events, follow, key_of('changed'), key_of('leases')) end
return left
