-- Gives a lock back, unless another has it by now. KEYS: 1 lock. ARGV: 1 token.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('UNLINK', KEYS[1])
