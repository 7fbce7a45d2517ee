-- What a bucket holds. Comes after ledger.lua. Answers {entries, bytes of mobile, bytes of web, share in billionths or 0}.
local held = redis.call('HMGET', account, 'keys', 'mobile', 'web', 'share')
return {tonumber(held[1]) or 0, tonumber(held[2]) or 0, tonumber(held[3]) or 0, tonumber(held[4]) or 0}
