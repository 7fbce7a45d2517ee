-- Counts reads of entries. Comes after ledger.lua. ARGV: 2… member, reads. Answers how many entries there are of these.
-- A read counts half after an hour. With hours since EPOCH as t, the sum of 2^t over all reads orders entries as the decayed
-- counts would at any one time, and its logarithm does not overflow.
local t = (now_ms / 1000 - EPOCH) / 3600
local counted = 0
for i = 2, #ARGV, 2 do
  if line_at(ARGV[i]) then
    local more = t + math.log(tonumber(ARGV[i + 1])) / math.log(2)
    local before = tonumber(redis.call('ZSCORE', reads, ARGV[i]))
    local score = more
    if before then
      local high, low = math.max(before, more), math.min(before, more)
      score = high + math.log(1 + 2 ^ (low - high)) / math.log(2)
    end
    redis.call('ZADD', reads, string.format('%.9f', score), ARGV[i])
    counted = counted + 1
  end
end
return counted
