-- Has a bucket's events kept from now on, or for longer. Comes after ledger.lua. ARGV: 2 a new era, when there is none.
-- Answers {era, number of the last event}. Events of another era are not known to follow one another without a gap.
if redis.call('HSETNX', watch, 'era', ARGV[2]) == 1 then
  redis.call('UNLINK', events)
  redis.call('HSET', watch, 'n', 0)
end
redis.call('EXPIRE', watch, EVENTS_KEPT)
redis.call('EXPIRE', events, EVENTS_KEPT)
local state = redis.call('HMGET', watch, 'era', 'n')
return {tonumber(state[1]), tonumber(state[2])}
