-- All members of a bucket, at one instant. Comes after ledger.lua.
paged()
local all = {}
for n = 0, pages - 1 do
  for _, member in ipairs(redis.call('HKEYS', page(n))) do all[#all + 1] = member end
end
return all
