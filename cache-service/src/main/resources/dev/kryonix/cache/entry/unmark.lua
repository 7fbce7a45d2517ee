-- Forgets flushes and invalidations that were there when a full audit began, now that it is over. Comes after ledger.lua.
-- ARGV: 2 the highest stamp when it began. Answers the ids of the flushes forgotten.
local kept, done = {}, {}
for of_module, of_kind, at, id in string.gmatch(redis.call('GET', marks) or '', '([^:\n]*):(%S*) (%d+) (%S*)\n') do
  if tonumber(at) > tonumber(ARGV[2]) then
    kept[#kept + 1] = of_module .. ':' .. of_kind .. ' ' .. at .. ' ' .. id .. '\n'
  elseif of_module ~= '#' then
    done[#done + 1] = id
  end
end
if #kept > 0 then redis.call('SET', marks, table.concat(kept)) else redis.call('UNLINK', marks) end
local all = redis.call('HGETALL', tags)
for i = 1, #all, 2 do
  if tonumber(all[i + 1]) <= tonumber(ARGV[2]) then redis.call('HDEL', tags, all[i]) end
end
return done
