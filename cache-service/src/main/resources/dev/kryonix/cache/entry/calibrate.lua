-- Measures what entries take. Comes after ledger.lua.
-- ARGV: 2 write, with 3 how many entries, 4 of how many bytes each; or erase; or nothing.
-- Answers the memory that is in use for data. A script's own writes are passed on after it, so it is measured before.
local info = redis.call('INFO', 'memory')
local function field(name) return tonumber(string.match(info, '[\r\n]' .. name .. ':(%d+)')) or 0 end
local used = field('used_memory') - field('mem_not_counted_for_evict') - field('mem_clients_normal')
  - field('mem_replication_backlog')
if ARGV[2] == 'write' then
  local value = string.rep('v', tonumber(ARGV[4]))
  for i = 1, tonumber(ARGV[3]) do
    local member = string.format('calibration:entry:%010d', i)
    redis.call('SET', prefix .. member, value, 'PX', 60000)
    enter(member, nil, now_ms + 60000, 'mobile', 1)
  end
elseif ARGV[2] == 'erase' then
  paged()
  for n = 0, pages - 1 do
    for _, member in ipairs(redis.call('HKEYS', page(n))) do redis.call('UNLINK', prefix .. member) end
    redis.call('UNLINK', page(n))
  end
  redis.call('UNLINK', index, account)
end
return used
