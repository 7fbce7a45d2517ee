-- Makes entries dead: those of a module, a type or all, or those with certain tags. Comes after ledger.lua.
-- ARGV: 2 scope module:type, or #: for tags; 3 id of the flush or, for tags, these, each with its
-- length as a byte before it; 4… digests of the tags.
-- Answers {1, ids of flushes of the same scope that this one takes the place of}; {0} when there are too many.
local MOST, MOST_TAGS = 64, 10000
local stamp = string.format('%.0f', next_stamp(redis.call('HGET', account, 'stamp')))
local kept, answer = {}, {1}
for of_module, of_kind, at, id in string.gmatch(redis.call('GET', marks) or '', '([^:\n]*):(%S*) (%d+) (%S*)\n') do
  if of_module .. ':' .. of_kind ~= ARGV[2] then
    kept[#kept + 1] = of_module .. ':' .. of_kind .. ' ' .. at .. ' ' .. id .. '\n'
  elseif of_module ~= '#' and id ~= ARGV[3] then
    answer[#answer + 1] = id
  end
end
if #kept >= MOST and ARGV[2] ~= "#:" then return {0} end
local of_tags = ARGV[2] == '#:'
kept[#kept + 1] = ARGV[2] .. ' ' .. stamp .. ' ' .. (of_tags and '-' or ARGV[3]) .. '\n'
redis.call('SET', marks, table.concat(kept))
redis.call('HSET', account, 'stamp', stamp)
-- Of more tags than are kept no single ones are known any more: all that carries a tag is dead then, so the hash stays small.
if of_tags and redis.call('HLEN', tags) + #ARGV - 3 > MOST_TAGS then
  redis.call('UNLINK', tags)
  redis.call('HSET', tags, ANY_TAG, stamp)
else
  for i = 4, #ARGV do redis.call('HSET', tags, ARGV[i], stamp) end
end
if of_tags then tell('t', ARGV[3], table.concat(ARGV, '', 4)) else tell('f', ARGV[2], '') end
return answer
