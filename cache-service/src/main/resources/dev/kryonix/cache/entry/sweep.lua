-- Takes expired entries off the books. Comes after ledger.lua. ARGV: 2 most. Answers how many.
return sweep(tonumber(ARGV[2]))
