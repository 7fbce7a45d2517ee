-- Removes the entry that was read, dead or unreadable as it is, unless another has been written since. Comes after ledger.lua.
-- KEYS: 6 entry. ARGV: 2 member, 3 what the envelope begins with. Answers 1 removed, 0 not.
local entry, member = KEYS[6], ARGV[2]
if redis.call('GETRANGE', entry, 0, #ARGV[3] - 1) ~= ARGV[3] then return 0 end
redis.call('UNLINK', entry)
local line = line_at(member)
if line then strike(member, line) end
tell_of('d', member, '?')
return 1
