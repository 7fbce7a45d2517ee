-- Comes after ledger.lua. Answers which run of Redis this is: another after a restart, and after a failover.
return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
