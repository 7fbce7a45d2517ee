-- Gives an entry a new time to live, in one step. Comes after ledger.lua.
-- KEYS: 6 entry. ARGV: 2 member, 3 ttl ms. Answers 1, or 0 when there is no entry.
local entry, member = KEYS[6], ARGV[2]
local line = line_at(member)
local version = version_at(entry, member)
if not line or not version then return 0 end
local expires = now_ms + tonumber(ARGV[3])
if redis.call('PEXPIRE', entry, ARGV[3]) == 0 then return 0 end
if version ~= '' then redis.call('SETRANGE', entry, 26, struct.pack('>I8', expires)) end
note(member, expires, class(line), charge(line))
-- Whoever has a copy of it would keep it for the old time.
tell_of('w', member, '?')
return 1
