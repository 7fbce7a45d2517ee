-- Erases up to so many of a bucket's entries. Comes after ledger.lua. ARGV: 2 most.
-- Answers how many are left; with none left the books go too.
local some = redis.call('ZRANGE', index, 0, tonumber(ARGV[2]) - 1, 'WITHSCORES')
for i = 1, #some, 2 do drop(some[i], tonumber(some[i + 1])) end
local left = redis.call('ZCARD', index)
if left == 0 then redis.call('UNLINK', account, marks, tags, reads, watch, events) end
return left
