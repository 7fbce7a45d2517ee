-- Forgets flushes and invalidations that were there when a full audit began, now that it is over, but for those that leases may still need. Comes after ledger.lua.
-- ARGV: 2 the highest stamp when it began. Answers the ids of the flushes forgotten.
-- Leases last for a minute at most: what was loaded under one from before a mark is told by the mark.
local LONGEST = 60000
local until_stamp = tonumber(ARGV[2])
if (tonumber(redis.call('HGET', account, 'leased')) or 0) > now_ms then
  until_stamp = math.min(until_stamp, now_us - LONGEST * 1000)
end
local kept, done = {}, {}
for of_module, of_kind, at, id in string.gmatch(redis.call('GET', marks) or '', '([^:\n]*):(%S*) (%d+) (%S*)\n') do
  if tonumber(at) > until_stamp then
    kept[#kept + 1] = of_module .. ':' .. of_kind .. ' ' .. at .. ' ' .. id .. '\n'
  elseif of_module ~= '#' then
    done[#done + 1] = id
  end
end
if #kept > 0 then redis.call('SET', marks, table.concat(kept)) else redis.call('UNLINK', marks) end
local all, over = redis.call('HGETALL', tags), {}
for i = 1, #all, 2 do
  if tonumber(all[i + 1]) <= until_stamp then over[#over + 1] = all[i] end
end
local AT_ONCE = 200
for i = 1, #over, AT_ONCE do redis.call('HDEL', tags, unpack(over, i, math.min(i + AT_ONCE - 1, #over))) end
return done
