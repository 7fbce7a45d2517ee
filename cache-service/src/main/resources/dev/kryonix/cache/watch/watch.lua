-- Has a bucket's events kept from now on, or for longer. Comes after ledger.lua. ARGV: 2 a new era, when there is none.
-- Answers {era, number of the last event}. Events of another era are not known to follow one another without a gap.
-- What Redis loses at a restart or a failover it loses without a trace, and gives its numbers out again: another run is another era.
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
if redis.call('HGET', watch, 'run') ~= run then
  redis.call('UNLINK', events)
  redis.call('HSET', watch, 'era', ARGV[2], 'run', run, 'n', 0)
end
redis.call('EXPIRE', watch, EVENTS_KEPT)
redis.call('EXPIRE', events, EVENTS_KEPT)
local state = redis.call('HMGET', watch, 'era', 'n')
return {tonumber(state[1]), tonumber(state[2])}
