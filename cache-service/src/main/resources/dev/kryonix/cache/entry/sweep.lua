-- Takes expired entries off the books. Comes after ledger.lua. ARGV: 2 most. Answers how many.
local gone = sweep(tonumber(ARGV[2]))
join_pages()
return gone
