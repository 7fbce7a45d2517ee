-- Lowers a bucket's share, but not below what the bucket holds by now. Comes after ledger.lua.
-- ARGV: 2 share in billionths, 3 keys and 4 bytes of the quota. Answers the share that it has.
local held = redis.call('HMGET', account, 'keys', 'mobile', 'web')
local keys, bytes = tonumber(held[1]) or 0, (tonumber(held[2]) or 0) + (tonumber(held[3]) or 0)
local used = math.ceil(1e9 * math.max(keys / tonumber(ARGV[3]), bytes / tonumber(ARGV[4])))
local share = math.max(tonumber(ARGV[2]), used)
redis.call('HSET', account, 'share', text(share))
return share
