-- Looks at some of a bucket's entries: takes those off the books that Redis itself has evicted or expired, and removes those
-- that a flush or an invalidation has made dead. Comes after ledger.lua. ARGV: 2 cursor, 3 how many.
-- Answers {next cursor, missing, bytes of these, then for each flush, or # for tags: id, entries, bytes}.
local page = redis.call('ZSCAN', index, ARGV[2], 'COUNT', ARGV[3])
local missing, missing_bytes, dead = 0, 0, {}
for i = 1, #page[2], 2 do
  local member, score = page[2][i], tonumber(page[2][i + 1])
  local head = redis.pcall('GETRANGE', prefix .. member, 0, HEAD - 1)
  if type(head) == 'string' then
    if #head < 39 then
      missing, missing_bytes = missing + 1, missing_bytes + charge(score)
      strike(member, score)
    else
      local _, stamp, _, digests = head_of(head)
      local by = dead_by(member, stamp, digests)
      if by and drop(member, score) then
        local sum = dead[by] or {0, 0}
        sum[1], sum[2] = sum[1] + 1, sum[2] + charge(score)
        dead[by] = sum
      end
    end
  end
end
local answer = {page[1], missing, missing_bytes}
for by, sum in pairs(dead) do
  answer[#answer + 1] = by
  answer[#answer + 1] = sum[1]
  answer[#answer + 1] = sum[2]
end
return answer
