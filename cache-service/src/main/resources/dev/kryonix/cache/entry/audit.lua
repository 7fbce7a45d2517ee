-- Looks at the entries of some of a bucket's pages: takes those off the books that Redis itself has evicted or expired, and
-- removes those that a flush or an invalidation has made dead. Comes after ledger.lua. ARGV: 2 cursor, 3 how many.
-- Answers {next cursor, missing, bytes of these, how many could not be looked at or removed, as while their slot moves, then for each flush, or # for tags: id, entries, bytes}. The cursor is a page:
-- what splits off goes to a higher one, so from 0 to 0 again each entry that is there all the time is seen.
paged()
local n, looked, missing, missing_bytes, skipped, dead = tonumber(ARGV[2]), 0, 0, 0, 0, {}
while n < pages and looked < tonumber(ARGV[3]) do
  local lines = redis.call('HGETALL', page(n))
  for i = 1, #lines, 2 do
    local member, line = lines[i], tonumber(lines[i + 1])
    local head = redis.pcall('GETRANGE', prefix .. member, 0, HEAD - 1)
    if type(head) ~= 'string' then
      skipped = skipped + 1
    else
      if #head < TAGS then
        missing, missing_bytes = missing + 1, missing_bytes + charge(line)
        strike(member, line)
        -- Redis has ended it at its time, which is at most what the line says, or has evicted it.
        local went = expires(line) <= math.ceil(now_ms / 1000) - EPOCH and 'expired' or 'evicted'
        redis.call('HINCRBY', account, went, 1)
        tell_of('x', member, '?')
      else
        local _, stamp, _, digests = head_of(head)
        local by = dead_by(member, stamp, digests)
        if by and not drop(member, line) then
          skipped = skipped + 1
        elseif by then
          local sum = dead[by] or {0, 0}
          sum[1], sum[2] = sum[1] + 1, sum[2] + charge(line)
          dead[by] = sum
        end
      end
    end
  end
  looked, n = looked + 1 + #lines / 2, n + 1
end
local answer = {string.format('%d', n < pages and n or 0), missing, missing_bytes, skipped}
for by, sum in pairs(dead) do
  answer[#answer + 1] = by
  answer[#answer + 1] = sum[1]
  answer[#answer + 1] = sum[2]
end
return answer
