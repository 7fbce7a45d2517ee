-- Deletes an entry, gives its charge back and ends its lease, in one step. Comes after ledger.lua.
-- KEYS: 6 entry, 7 lease. ARGV: 2 member, 3 version (8 bytes) that it must have or empty.
-- Answers 1 deleted, 0 there was none, -1 another version.
local entry, lease, member = KEYS[6], KEYS[7], ARGV[2]
local version = version_at(entry, member)
if ARGV[3] ~= '' and version ~= ARGV[3] then
  if version then return -1 end
  return 0
end
redis.call('UNLINK', entry)
release(lease, member)
local line = line_at(member)
if line then strike(member, line) end
-- What was there no more is off the books only now, so nobody else will tell that it has ended.
if version or line then tell_of(version and 'd' or 'x', member, '?') end
return version and 1 or 0
