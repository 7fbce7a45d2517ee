-- The ledger of a bucket: which entries there are, until when, and what they are charged. Every script that changes entries
-- begins with it, so that entry, index and account change in one step and the account is always the index's sum.
-- KEYS: 1 index, 2 account, 3 marks, 4 tags, 5 reads. ARGV: 1 what the keys of entries begin with.
--
-- index    sorted set of the numbers of pages. Score: seconds from EPOCH before which none of the page's entries expires
-- index:N  a page of the index, a hash: member (module:type:key) to its line, which is seconds from EPOCH to the expiry * 2^22,
--          + 2^21 for the class web, + the charge in bytes (below 2^21): exact in a double until 2092. Pages are kept so small
--          that Redis holds each as one list without pointers. By its digest a member has its page; with more entries one
--          page after the other splits in two (linear hashing, Litwin 1980), with fewer they are joined again
-- account  hash: mobile and web, the bytes charged to each class; keys, how many entries; pages, how many pages; stamp, the
--          last one given; own_keys and own_bytes, how much of all is the platform's own; share, the billionths of the
--          tenant's quota that this bucket has (none: an equal part); leased, until when there may be leases; evicted and
--          expired, how many entries have gone so, ever
-- leases   sorted set: members that have a lease, by when it ends at the latest, in milliseconds. Charged to nobody
-- marks    string: a line `module:type stamp id` for each flush whose memory is not all given back, either part empty for
--          all; a line `#: stamp` while tags are invalidated
-- tags     hash: digest of each invalidated tag, the stamp of its invalidation; '*' the stamp before which whatever carries a
--          tag is dead, after more tags were invalidated than are kept
-- reads    sorted set: how much entries are read, for tenants whose coldest entries are the least read
-- watch    hash: era and n, the number of the last event; there is one while somebody watches, and for some minutes after
-- events   stream of the last events, by number: what (w written, d deleted, x expired or evicted, t tags, f flush), its
--          subject, digests of tags (? when they are not known), milliseconds. Charged to nobody
-- follow   hash: era, run (of the Redis that it was begun on), last (the stamp of the last change) and floor (that of the last
--          one that is held no more); there is one from an export on, for as long as somebody follows the changes
-- changed  sorted set: members whose entry, expiry or absence is new, by the stamp of its last change; '' by 0, so that a set
--          that was lost is not taken for an empty one. Charged to nobody
--
-- A stamp is a time in microseconds that only rises within the bucket. An entry carries the stamp of its write, and is dead
-- when a flush or an invalidation that concerns it has a higher one.
local index, account, marks, tags, reads = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local prefix = ARGV[1]
local EPOCH, SECOND, CLASS = 1704067200, 4194304, 2097152
local clock = redis.call('TIME')
local now_us = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local now_ms = math.floor(now_us / 1000)

local function charge(line) return line % CLASS end
local function class(line) return math.floor(line / CLASS) % 2 == 1 and 'web' or 'mobile' end
local function expires(line) return math.floor(line / SECOND) end
local function seconds_of(expiry_ms) return math.ceil(expiry_ms / 1000) - EPOCH end
-- A whole number as a text: Lua's own way goes by way of a fraction and takes longer.
local function text(number) return string.format('%d', number) end
local function line_of(seconds, class_name, bytes)
  return text(seconds * SECOND + (class_name == 'web' and CLASS or 0) + bytes)
end

-- Entries for each page, on average.
local PAGE = 32
-- How many pages there are, and the power of two that is next to it. Who has read their number with more says it.
local pages, span
local function paged(known)
  if pages then return end
  pages, span = tonumber(known or redis.call('HGET', account, 'pages')) or 1, 1
  while span < pages do span = span * 2 end
end
local function page(n) return string.format('%s:%d', index, n) end
-- The number of the page of members with that digest, the first 32 bits of SHA-1.
local function place_of(digest)
  paged()
  local n = digest % span
  return n < pages and n or n % (span / 2)
end
local function place(member) return place_of(tonumber(string.sub(redis.sha1hex(member), 1, 8), 16)) end
local function line_at(member) return tonumber(redis.call('HGET', page(place(member)), member)) end

-- Puts a page's time right, now that its first entry expires then.
local function due(n, seconds)
  if seconds then redis.call('ZADD', index, seconds, n) else redis.call('ZREM', index, n) end
end

-- One more page: it takes its part of the entries of another.
local function split()
  local new = pages
  if pages == span then span = span * 2 end
  pages = pages + 1
  local old = new - span / 2
  local lines, moved, gone, first, first_moved = redis.call('HGETALL', page(old)), {}, {}, nil, nil
  for i = 1, #lines, 2 do
    local seconds = expires(tonumber(lines[i + 1]))
    if place(lines[i]) == new then
      gone[#gone + 1] = lines[i]
      moved[#moved + 1], moved[#moved + 2] = lines[i], lines[i + 1]
      if not first_moved or seconds < first_moved then first_moved = seconds end
    elseif not first or seconds < first then
      first = seconds
    end
  end
  if #gone > 0 then
    redis.call('HDEL', page(old), unpack(gone))
    redis.call('HSET', page(new), unpack(moved))
    due(new, first_moved)
    due(old, first)
  end
  redis.call('HSET', account, 'pages', pages)
end

-- One page less, while there are so few entries that this is worth while. Not while an audit may go through the pages: it goes
-- upwards, and what is joined goes down.
local function join_pages()
  paged()
  local keys = tonumber(redis.call('HGET', account, 'keys')) or 0
  local joined = false
  for _ = 1, 16 do
    if pages == 1 or keys * 4 > PAGE * pages or redis.call('EXISTS', marks) == 1 then break end
    local last = pages - 1
    local into = last - span / 2
    local lines, first = redis.call('HGETALL', page(last)), redis.call('ZSCORE', index, last)
    if #lines > 0 then
      redis.call('HSET', page(into), unpack(lines))
      redis.call('UNLINK', page(last))
      redis.call('ZADD', index, 'LT', first, into)
    end
    redis.call('ZREM', index, last)
    pages = last
    if pages == span / 2 then span = pages end
    joined = true
  end
  if joined then redis.call('HSET', account, 'pages', pages) end
end

local function next_stamp(last)
  return math.max(now_us, (tonumber(last) or 0) + 1)
end

-- Whether an entry is the platform's own, which is neither flushed, evicted nor told of.
local function is_platform(member) return string.sub(member, 1, 8) == 'kryonix_' end

-- Keys of the bucket that no script is given. In front of the index's hash tag is no text of callers.
local function key_of(what) return (string.gsub(index, 'index:', what .. ':', 1)) end
local watch, follow = key_of('watch'), key_of('follow')
local watched, followed
local function is_watched()
  if watched == nil then
    local readers = redis.call('EXISTS', watch, follow)
    watched = readers == 2 or (readers == 1 and redis.call('EXISTS', watch) == 1)
    followed = readers == 2 or (readers == 1 and not watched)
  end
  return watched
end
local function is_followed()
  is_watched()
  return followed
end

-- Puts down for those who follow the changes that an entry is new or gone.
local MOST_CHANGED, CHANGES_KEPT = 50000, 600
local function change(member)
  if not is_followed() then return end
  local changed = key_of('changed')
  local at = string.format('%.0f', next_stamp(redis.call('HGET', follow, 'last')))
  redis.call('HSET', follow, 'last', at)
  redis.call('ZADD', changed, at, member)
  if redis.call('ZCARD', changed) > MOST_CHANGED then
    local oldest = redis.call('ZRANGE', changed, 1, 1, 'WITHSCORES')
    redis.call('HSET', follow, 'floor', oldest[2])
    redis.call('ZREM', changed, oldest[1])
  end
end

-- Tells those who watch what has happened.
local events = key_of('events')
local MOST_EVENTS, EVENTS_KEPT = 1000, 300
local function tell(what, subject, digests)
  if not is_watched() then return end
  local n = redis.call('HINCRBY', watch, 'n', 1)
  redis.call('XADD', events, 'MAXLEN', MOST_EVENTS, string.format('%.0f-0', n), 'k', what, 's', subject, 't', digests, 'at', now_ms)
  if n == 1 then redis.call('EXPIRE', events, EVENTS_KEPT) end
end
local function tell_of(what, member, digests)
  if not is_platform(member) then tell(what, member, digests) end
end
-- The digests of tags in what comes after stamp and expiry in an envelope.
local function digests_of(rest) return string.sub(rest, 2, 1 + 8 * string.byte(rest, 1)) end

-- Ends the lease of an entry, if there is one.
local function release(lease, member)
  if redis.call('UNLINK', lease) == 1 then redis.call('ZREM', key_of('leases'), member) end
end

-- Entries that this run has looked at to evict the coldest, and that are as they were: member to line and coldness. A run that
-- writes much looks at fewer each time, since the coldest of those before are known.
local seen = {}

-- Puts down how much more or less of the platform's own there is.
local function own(member, more_keys, more_bytes)
  if not is_platform(member) then return end
  if more_keys ~= 0 then redis.call('HINCRBY', account, 'own_keys', more_keys) end
  if more_bytes ~= 0 then redis.call('HINCRBY', account, 'own_bytes', text(more_bytes)) end
end

-- How many entries this run has taken off the books.
local struck = 0

-- Takes an entry off the books.
local function strike(member, line)
  seen[member] = nil
  local n = place(member)
  if redis.call('HDEL', page(n), member) == 0 then return end
  struck = struck + 1
  if redis.call('EXISTS', page(n)) == 0 then due(n, nil) end
  redis.call('ZREM', reads, member)
  redis.call('HINCRBY', account, class(line), string.format('%.0f', -charge(line)))
  redis.call('HINCRBY', account, 'keys', -1)
  own(member, -1, -charge(line))
  change(member)
end

-- Removes an entry and takes it off the books. Not while its slot moves and it is on the other shard already.
local function drop(member, line)
  local answer = redis.pcall('UNLINK', prefix .. member)
  if type(answer) == 'table' and answer.err then return false end
  strike(member, line)
  tell_of('x', member, '?')
  return true
end

-- Takes entries that have expired off the books, at most so many; says how many.
local function sweep(most)
  local now_s, gone = math.floor(now_ms / 1000) - EPOCH, 0
  while gone < most do
    local n = redis.call('ZRANGEBYSCORE', index, '-inf', '(' .. now_s, 'LIMIT', 0, 1)[1]
    if not n then break end
    local lines, first = redis.call('HGETALL', page(n)), nil
    for i = 1, #lines, 2 do
      local line = tonumber(lines[i + 1])
      local seconds = expires(line)
      if seconds < now_s and gone < most and drop(lines[i], line) then
        gone = gone + 1
      elseif not first or seconds < first then
        first = seconds
      end
    end
    due(n, first)
    -- Enough, or something that cannot be dropped now.
    if first and first < now_s then break end
  end
  if gone > 0 then redis.call('HINCRBY', account, 'expired', gone) end
  return gone
end

local ANY_TAG = '*'
-- The id of the flush that an entry of that stamp is dead by, '#' when it is by a tag, or nil. The digests of its tags, 8 bytes
-- each, are one string.
local function dead_by(member, stamp, digests)
  if is_platform(member) then return nil end
  local all = redis.call('GET', marks)
  if not all then return nil end
  local module, kind = string.match(member, '^([^:]*):([^:]*):')
  local tagged = false
  for of_module, of_kind, at, id in string.gmatch(all, '([^:\n]*):(%S*) (%d+) (%S*)\n') do
    if of_module == '#' then
      tagged = true
    elseif stamp < tonumber(at) and (of_module == '' or of_module == module) and (of_kind == '' or of_kind == kind) then
      return id
    end
  end
  if tagged and #digests > 0 then
    local fields = {ANY_TAG}
    for i = 1, #digests, 8 do fields[#fields + 1] = string.sub(digests, i, i + 7) end
    for _, at in ipairs(redis.call('HMGET', tags, unpack(fields))) do
      if at and stamp < tonumber(at) then return '#' end
    end
  end
  return nil
end

-- The envelope's head: version, stamp (after so many bytes), when it expires, how many tags (from that byte on), and the digests
-- of eight at most.
local STAMP, TAGS = 18, 35
local HEAD = TAGS + 8 * 8
local function head_of(head)
  local digests = string.sub(head, TAGS + 1, TAGS + 8 * string.byte(head, TAGS))
  return string.sub(head, 3, 10), struct.unpack('>I8', head, 19), struct.unpack('>I8', head, 27), digests
end

-- The digests of the tags of what is on the books at a key; ? when Redis itself has ended it and nobody was told of that.
local function tags_at(key, line)
  if not line then return '' end
  local tags_on = redis.pcall('GETRANGE', key, TAGS - 1, HEAD - 1)
  return type(tags_on) == 'string' and tags_on ~= '' and digests_of(tags_on) or '?'
end
-- Tells that an entry was written, to those who watch a tag that it has or had until now: they may have a copy.
local function tell_written(member, had, rest)
  local has = digests_of(rest)
  if had ~= has then has = had == '?' and had or had .. has end
  tell_of('w', member, has)
end

-- The version of the live envelope at a key; nil when there is none, '' when something else than an envelope is there.
local function version_at(key, member)
  local head = redis.pcall('GETRANGE', key, 0, HEAD - 1)
  if type(head) == 'table' then return '' end
  if #head < TAGS then return nil end
  local version, stamp, expires, digests = head_of(head)
  if expires <= now_ms or dead_by(member, stamp, digests) then return nil end
  return version
end

-- Makes room from the tenant's own coldest entries but those spared; of the class that has more than its share first. Says
-- whether there is.
local SAMPLED, SAMPLED_AGAIN, MOST_EVICTED, MOST_FRUITLESS = 16, 4, 512, 8
-- Some entries by chance, with their lines: of a page for every four, of each as its size is, so that no entry is taken rather
-- than another because few are on its page.
local function sample(most)
  local some, of, sizes, all = {}, redis.call('ZRANDMEMBER', index, text(most / 4)), {}, 0
  for i, n in ipairs(of) do
    sizes[i] = redis.call('HLEN', page(n))
    all = all + sizes[i]
  end
  for i, n in ipairs(of) do
    local part = redis.call('HRANDFIELD', page(n), text(math.ceil(most * sizes[i] / all)), 'WITHVALUES')
    for k = 1, #part do some[#some + 1] = part[k] end
  end
  return some
end
-- The entries of the page in which the next one expires.
local function next_page()
  while true do
    local of = redis.call('ZRANGE', index, 0, 0, 'WITHSCORES')
    if #of == 0 then return {} end
    local lines, first = redis.call('HGETALL', page(of[1])), nil
    for i = 2, #lines, 2 do
      local seconds = expires(tonumber(lines[i]))
      if not first or seconds < first then first = seconds end
    end
    if first and first <= tonumber(of[2]) then return lines end
    due(of[1], first)
  end
end
local function evict(policy, wanted, over, spared)
  local fruitless = 0
  local function coldness(member, line)
    if policy == 'ttl' then return -line end
    if policy == 'lfu' then return -(tonumber(redis.call('ZSCORE', reads, member)) or 0) end
    local idle = redis.pcall('OBJECT', 'IDLETIME', prefix .. member)
    return type(idle) == 'number' and idle or math.huge
  end
  for _ = 1, MOST_EVICTED do
    if wanted() then return true end
    local some
    local prefer = over()
    if policy == 'ttl' and not prefer and fruitless == 0 then
      some = next_page()
    else
      some = sample(next(seen) and SAMPLED_AGAIN or SAMPLED)
    end
    for i = 1, #some, 2 do
      local member, line = some[i], tonumber(some[i + 1])
      if not seen[member] and not is_platform(member) then seen[member] = {line, coldness(member, line)} end
    end
    local victim, victim_line, best
    for member, known in pairs(seen) do
      if not spared[member] then
        local line, cold = known[1], known[2]
        if prefer and class(line) == prefer then cold = cold + 1e16 end
        if not best or cold > best then victim, victim_line, best = member, line, cold end
      end
    end
    if victim then
      if not drop(victim, victim_line) then return false end
      redis.call('HINCRBY', account, 'evicted', 1)
    else
      fruitless = fruitless + 1
      if fruitless == MOST_FRUITLESS then return false end
    end
  end
  return wanted()
end

-- What a share in billionths may be off by.
local ROUNDING = 0.001

-- How many entries and bytes no eviction takes: the platform's own and those spared.
local function staying(spared)
  local of = redis.call('HMGET', account, 'own_keys', 'own_bytes')
  local keys, bytes = tonumber(of[1]) or 0, tonumber(of[2]) or 0
  for member in pairs(spared) do
    local line = not is_platform(member) and line_at(member)
    if line then keys, bytes = keys + 1, bytes + charge(line) end
  end
  return keys, bytes
end

-- Room for another entry or more bytes, of what the bucket has of the quota. Answers 0 when there is room, -1 when keys lack,
-- -2 when bytes do. quota: {keys, bytes, spread, policy, mobile share}.
local function room(spared, class_name, more_keys, more_bytes, quota)
  local function held()
    local held = redis.call('HMGET', account, 'mobile', 'web', 'share', 'keys')
    local part = tonumber(held[3]) or 1e9 / quota.spread
    return tonumber(held[1]) or 0, tonumber(held[2]) or 0, part / 1e9, tonumber(held[4]) or 0
  end
  local function lacking()
    local mobile, web, part, keys = held()
    if more_keys > 0 and keys + more_keys > quota.keys * part + ROUNDING then return -1 end
    if more_bytes > 0 and mobile + web + more_bytes > quota.bytes * part + ROUNDING then return -2 end
    return 0
  end
  local lack = lacking()
  for _ = 1, 8 do
    if lack == 0 or sweep(256) == 0 then break end
    lack = lacking()
  end
  if lack == 0 or quota.policy == 'none' then return lack end
  local function over()
    local mobile, web, part = held()
    local allowed = quota.bytes * part
    -- Who has the cache alone shares with nobody.
    if mobile == 0 or web == 0 then return nil end
    if class_name == 'mobile' then mobile = mobile + more_bytes else web = web + more_bytes end
    if mobile > allowed * quota.mobile_share then return 'mobile' end
    if web > allowed * (1 - quota.mobile_share) then return 'web' end
    return nil
  end
  -- Nothing goes for a write that there would be no room for when all had gone that may.
  local stay_keys, stay_bytes = staying(spared)
  local _, _, part = held()
  if more_keys > 0 and stay_keys + more_keys > quota.keys * part + ROUNDING then return -1 end
  if more_bytes > 0 and stay_bytes + more_bytes > quota.bytes * part + ROUNDING then return -2 end
  evict(quota.policy, function() return lacking() == 0 end, over, spared)
  return lacking()
end

-- Puts down until when an entry lives and what it is charged.
local function note(member, expiry_ms, class_name, bytes)
  seen[member] = nil
  local n, seconds = place(member), seconds_of(expiry_ms)
  redis.call('HSET', page(n), member, line_of(seconds, class_name, bytes))
  redis.call('ZADD', index, 'LT', seconds, n)
  change(member)
end

-- Puts an entry on the books.
local function enter(member, before, expiry_ms, class_name, bytes)
  note(member, expiry_ms, class_name, bytes)
  own(member, before and 0 or 1, bytes - (before and charge(before) or 0))
  if not before then
    if redis.call('HINCRBY', account, 'keys', 1) > PAGE * pages then split() end
  elseif class(before) ~= class_name then
    redis.call('HINCRBY', account, class(before), string.format('%.0f', -charge(before)))
    before = nil
  end
  local more = bytes - (before and charge(before) or 0)
  if more ~= 0 then redis.call('HINCRBY', account, class_name, string.format('%.0f', more)) end
end
