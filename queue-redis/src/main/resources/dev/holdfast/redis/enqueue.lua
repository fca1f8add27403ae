-- enqueue.lua: adds up to 100 jobs to a queue, each wholly or not at all.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] due      zset  lane and job id -> due time, epoch ms
-- KEYS[4] dead     zset  job id -> keep until
-- KEYS[5] bell     list  at most one token
-- KEYS[6] meta     hash  settings and marks of the queue
-- KEYS[7] ops      hash  producer -> last sequence and its result
-- KEYS[8] seen     zset  producer -> last seen, epoch ms
-- KEYS[9] idem     hash  idempotency key or window -> end and job id
-- KEYS[10] ends    zset  idempotency key or window -> end, epoch ms
-- KEYS[11] high    list  job id
-- KEYS[12] normal  list  job id
-- KEYS[13] low     list  job id
-- KEYS[14] unique  hash  rule, type and unique key -> job id
-- KEYS[15] notes   hash  job id:kind -> note
-- KEYS[16] limits  hash  scope -> what is set for it
-- KEYS[17] rates   hash  scope -> where its rate stands
-- KEYS[18] holders zset  scope and job id -> 0
-- KEYS[19] parked  zset  scope, rank, number, lane and job id -> 0
-- KEYS[20] seats   hash  job id -> its member of parked
-- KEYS[21] wakes   zset  scope -> when to look at it, epoch ms
-- KEYS[22] suspect list  job id
-- KEYS[23] journal hash  job id -> how its journal stands; and its entries, messages and subjects
-- KEYS[24] listeners zset  subject and job id -> 0
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] producer   ARGV[3] its sequence, rising   ARGV[4] the queue's bound, unless one is set in meta
-- ARGV[5..] four a job: id, lane (h n l), terms, body (header line and envelope). Terms are "" for a job for now
--   with no more to it, else between tabs: start ("" now, "+ms" delay, "@ms" instant), "1" if an earlier call may
--   have arrived, ms the idempotency key is kept, the key or "", what its payload is told by or "", "1" if another
--   payload is a conflict, the rule of its unique key or "": s until started, f until finished, w<ms> window,
--   t<jobs>,<ms> throttle, d<quiet ms>,<longest ms> debounce, l keep latest. The key itself is in the header line.
--   If it has ties a line feed follows, "1" if it has a parent, else "0", and each subject it listens for behind a line feed
-- Returns {DONE, then one a job: C created | I<id> this id exists | K<id> idempotency key taken
--   | X<id> taken by another payload | U<id> unique key held | R<id> its holder has this payload now
--   | F full} | {STALE} a later sequence of this producer was seen | {OTHER_LAYOUT, stored, known}
-- Cost: O(1) a job, O(log n) a delayed one, one of a limited scope, one with an idempotency key or one that moves
--   another's start. Atomic; the same sequence gives the stored result.
local jobs, track, due, dead, bell, meta = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local ops, seen, idem, ends, unique, notes = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[14], KEYS[15]
local limits, rates, holders, parked, seats, wakes = KEYS[16], KEYS[17], KEYS[18], KEYS[19], KEYS[20], KEYS[21]
local journal, listeners = KEYS[23], KEYS[24]
local lane_keys = {h = KEYS[11], n = KEYS[12], l = KEYS[13], s = KEYS[22]}
local producer, sequence, bound = 'p:' .. ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local FORGET_PRODUCER = 660000 -- ten minutes after its last call, of which up to one was not written
local REFRESH = 60000 -- ms after which it is written again that the producer was seen
-- What this call writes: pairs for each key, in the order its command takes them.
local bodies, delayed, names, name_ends, earliest = {}, {}, {}, {}, nil
--- include clock, bell, layout, limiting

-- Reads before the first write: each fails here, with nothing written, if its key is none of ours.
local marks = redis.call('HMGET', meta, 'paused', 'layout', 'bound', 'limits', 'runs')
local paused, layout, limited, runs = marks[1], marks[2], marks[4] and true or false, marks[5]
local space = tonumber(marks[3] or bound) - (redis.call('HLEN', jobs) - redis.call('ZCARD', dead))
local last = redis.call('HGET', ops, producer)
local seen_at = tonumber(redis.call('ZSCORE', seen, producer) or 0)
local tokens = redis.call('LLEN', bell)
redis.call('HLEN', track) -- so that producers, too, are told of a queue that workers cannot use

if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
if limited then
  limiting() -- which reads its keys
end
if last then
  local number, result = string.match(last, '^(%d+)\t(.*)$')
  number = tonumber(number)
  if number == sequence then
    local reply = {'DONE'}
    for entry in string.gmatch(result, '[^,]+') do
      reply[#reply + 1] = entry
    end
    return reply
  elseif number > sequence then
    return {'STALE'}
  end
end

local reply, lanes = {'DONE'}, {h = {}, n = {}, l = {}}
local taken, ids, added, tied = {}, {}, 0, {}

-- What a name or a unique key needs; made by the first job that has one, because closures cost even if nobody calls them.
local named, name, judge, hold, write_merges, read_header
if limited then
--- include header
  read_header = header
end

for i = 5, #ARGV, 4 do
  local id, lane, terms, body = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local start, retried, keep, key, payload, strict, rule, ties = '', '', '', '', '', '', '', ''
  if terms ~= '' then
    start, retried, keep, key, payload, strict, rule, ties =
        string.match(terms, '^([^\t]*)\t(%d)\t(%d+)\t([^\t]*)\t(%x*)\t(%d)\t([^\n]*)\n?(.*)$')
  end
  if key ~= '' and not named then
--- include naming
    named, name = is_named, take_name
  end
  if rule ~= '' and not judge then
--- include header, track, unique, holding, admit
    judge, hold, write_merges = judge_unique, hold_unique, write_unique
  end
  local verdict
  if ids[id] then
    verdict = 'I' .. id
  elseif retried == '1' and (redis.call('HEXISTS', jobs, id) == 1
      or redis.call('HEXISTS', track, id) == 1) then
    verdict = 'I' .. id
  elseif key ~= '' then
    verdict = named(id, key, payload, strict)
  end
  if not verdict and rule ~= '' then
    local put
    verdict, put = judge(id, retried == '1', rule, body)
    if put and key ~= '' then
      name(string.sub(verdict, 2), key, payload, keep)
    end
  end
  if not verdict and added >= space then
    verdict = 'F'
  end
  if not verdict then
    verdict = 'C'
    if ties ~= '' then
      tied[#tied + 1] = id
      tied[#tied + 1] = ties
    end
    added = added + 1
    ids[id] = true
    local n = #bodies
    bodies[n + 1], bodies[n + 2] = id, body
    local at
    if start ~= '' then
      local amount = tonumber(string.sub(start, 2))
      at = string.sub(start, 1, 1) == '+' and now + amount or amount
    end
    local later
    if at and at > now then
      later = #delayed + 1
      delayed[later], delayed[later + 1] = int(at), lane .. id
      earliest = earliest and math.min(earliest, at) or at
    else
      local enters = true
      if limited then
        local _, type, _, _, _, limit_key, cost = read_header(body)
        enters = not type or limiting().enter(lane, id, type, limit_key, cost)
      end
      local list = enters and lanes[lane] or {}
      list[#list + 1] = id
    end
    if key ~= '' then
      name(id, key, payload, keep)
    end
    if rule ~= '' then
      hold(id, lane, body, n + 2, later)
    end
  end
  reply[#reply + 1] = verdict
end

if #bodies > 0 then
  -- What else is written to is read before, too; only what is.
  for lane, list in pairs(lanes) do
    if #list > 0 then
      redis.call('LLEN', lane_keys[lane])
    end
  end
  local first = #delayed > 0 and redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2]
  if #names > 0 then
    redis.call('HLEN', idem)
    redis.call('ZCARD', ends)
  end
  if judge then
    redis.call('HLEN', notes)
  end
  if #tied > 0 then
    redis.call('HLEN', journal)
    redis.call('ZCARD', listeners)
  end
  -- The first write is one that grows: a Redis out of memory refuses it, and with it the whole call.
  redis.call('HSET', jobs, unpack(bodies))
  if not layout then
    redis.call('HSET', meta, 'layout', LAYOUT)
  end
  local pushed = false
  for lane, list in pairs(lanes) do
    if #list > 0 then
      redis.call('RPUSH', lane_keys[lane], unpack(list))
      pushed = true
    end
  end
  if #delayed > 0 then
    redis.call('ZADD', due, unpack(delayed))
  end
  if #names > 0 then
    redis.call('HSET', idem, unpack(names))
    redis.call('ZADD', ends, unpack(name_ends))
  end
  if judge then
    write_merges()
  end
  if #tied > 0 then
--- include journaling, tying
    write_ties(tied)
  end
  write_limits()
  redis.call('HSET', ops, producer, ARGV[3] .. '\t' .. table.concat(reply, ',', 2))
  if math.abs(now - seen_at) >= REFRESH then
    redis.call('ZADD', seen, now_text, producer)
    -- Sweeps two producers that have gone; this one may have been among them, until just now.
    local old = redis.call('ZRANGEBYSCORE', seen, '-inf', int(now - FORGET_PRODUCER), 'LIMIT', '0', '2')
    if #old > 0 then
      redis.call('HDEL', ops, unpack(old))
      redis.call('ZREM', seen, unpack(old))
    end
  end
  if pushed or (earliest and (not first or earliest < tonumber(first))) then
    ring(bell, paused, tokens)
  end
end

-- Sweeps names that have ended: as many as were added and two more.
if #names > 0 then
  local over = redis.call('ZRANGEBYSCORE', ends, '-inf', int(now), 'LIMIT', 0, #names / 2 + 2)
  if #over > 0 then
    redis.call('HDEL', idem, unpack(over))
    redis.call('ZREM', ends, unpack(over))
  end
end
return reply
