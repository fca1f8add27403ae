-- turn.lua: a worker's one round trip: outcomes in, due jobs promoted, jobs claimed by list move.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] notes    hash  job id:kind -> note
-- KEYS[4] leases   zset  job id -> lease end, epoch ms
-- KEYS[5] due      zset  lane and job id -> due time, epoch ms
-- KEYS[6] dead     zset  job id -> keep until, epoch ms
-- KEYS[7] done     zset  job id -> keep until, epoch ms
-- KEYS[8] skip     hash  lane:job id -> entries to ignore
-- KEYS[9] ops      hash  consumer -> last turn and the first number of its claim tokens
-- KEYS[10] seen    zset  consumer -> last seen, epoch ms
-- KEYS[11] workers zset  consumer -> last tidied, epoch ms
-- KEYS[12] bell    list  at most one token
-- KEYS[13] meta    hash  settings and marks of the queue
-- KEYS[14] high    list  job id
-- KEYS[15] normal  list  job id
-- KEYS[16] low     list  job id
-- KEYS[17] suspect list  job id
-- KEYS[18] active  list  job id: the consumer's, target of the list move
-- KEYS[19] unique  hash  rule, type and unique key -> job id
-- KEYS[20] limits  hash  scope -> what is set for it
-- KEYS[21] rates   hash  scope -> where its rate stands
-- KEYS[22] holders zset  scope and job id -> 0
-- KEYS[23] parked  zset  scope, rank, number, lane and job id -> 0
-- KEYS[24] seats   hash  job id -> its member of parked
-- KEYS[25] wakes   zset  scope -> when to look at it, epoch ms
-- KEYS[26] journal hash  job id -> how its journal stands; and its entries, messages and subjects
-- KEYS[27] listeners zset  subject and job id -> 0
-- KEYS[28] ended   zset  parent, job id and how it ended -> when, epoch us
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] consumer   ARGV[3] turn number, rising by one   ARGV[4] room: most jobs to claim
-- ARGV[5] "1" if one of them may be a suspect   ARGV[6] lease, ms
-- ARGV[7] ms the watch over due times is taken for; 0 leaves it   ARGV[8] 64 random bits, hex
-- ARGV[9] ms to keep done jobs   ARGV[10] most of them   ARGV[11] ms to keep dead ones   ARGV[12] most
-- ARGV[13] "1" if an outcome after the end of its lease is refused   ARGV[14] how many held ids follow
-- ARGV[15..] held ids; then four an outcome: id, claim token, verb (ok discard release; with delay in ms and reason
--   behind tabs: retry snooze backoff bury miss), result or attempt or ""; or, between tabs, suspend, delay in ms or "",
--   instant in ms or "", number of messages that wakes it, "1" if it knows of a cancel, number of entries before those
--   that follow; and entries and subjects, of each a letter (e s), its length, a colon and itself
-- Returns {STALE} | {OTHER_LAYOUT, stored, known} | {TURNED, paused 0|1, more 0|1, us until the next due job or -1, dead letters
--   trimmed, jobs buried here, now (epoch ms), a letter an outcome (D done, A already, C cancelled, T taken,
--   U unclaimed, G gone), then each claim: of a job that has no record yet its id and body, and its token is the
--   next number with the random bits that were sent; of others "*", id, token, suspect 0|1, record, ready since (epoch
--   ms; "+ms" after the id's time, "@ms" but not before the id's time, "" the id's time), checkpoint or "", body.
--   The number of the first token and whether ends are untold (0|1) come before the claims. Before a claim of a job that
--   has a journal: "+", how many entries, how many messages, and those, or -1 and 0 if it is to be read}
-- Cost: O(log n) an outcome, a claim and a job that is parked, O(128) for an ack's list. At most 100 outcomes, 100
--   promoted, 100 claimed or 1 MiB of bodies, checkpoints and journals (64 KiB each), 200 parked, 2,000 fields of
--   journals that are over. Outcomes repeat safely by (id, token); a repeated number claims nothing and returns the consumer's jobs that the caller does not name, in the order of their claims.
local jobs, track, notes, leases = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local due, dead, done, skip = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local ops, seen, workers, bell, meta = KEYS[9], KEYS[10], KEYS[11], KEYS[12], KEYS[13]
local lane_keys = {h = KEYS[14], n = KEYS[15], l = KEYS[16], s = KEYS[17]}
local active, unique = KEYS[18], KEYS[19]
local limits, rates, holders, parked, seats, wakes = KEYS[20], KEYS[21], KEYS[22], KEYS[23], KEYS[24], KEYS[25]
local journal, listeners, ended = KEYS[26], KEYS[27], KEYS[28]
local find, sub, char, floor = string.find, string.sub, string.char, math.floor
local consumer, number, room = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local lease, watch, nonce = tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
local keep_done, max_done = tonumber(ARGV[9]), tonumber(ARGV[10])
local keep_dead, max_dead = tonumber(ARGV[11]), tonumber(ARGV[12])
local strict, held_count = ARGV[13] == '1', tonumber(ARGV[14])
local MOST, MOST_BYTES, MOST_DROPPED, PEEK, SMALL, FEW = 100, 1048576, 200, 25, 4096, 8
local ID = '^[0-9A-HJKMNP-TV-Z]+$' -- an entry of another form was never ours
local REFRESH = 60000 -- ms after which it is written again that the consumer was seen
local HAS_UNIQUE = '^%d*\t%d*\t[^\t]*\t[^\t]*\t[^\t]' -- what follows the cancel flag in a record with a unique key
local TYPE_AND_KEY = '^%d*\t%d*\t([^\t]*)\t?[^\t]*\t?[^\t]*\t?([^\t]*)' -- and in any: job type and limit key
local HAS_PARENT = '^%d*\t%d*\t[^\t]*\t[^\t]*\t[^\t]*\t[^\t]*\t[^\t]' -- what follows it in one with a parent
local NEVER = 253402300799000 -- ms, in the year 9999: what is due then waits for no instant
local LONGEST_WATCH = 10000 -- twice the longest block time; a longer one comes from a clock that stepped back
--- include clock, bell, layout, header, limiting, journaling

-- Reads before the first write: each fails here, with nothing written, if its key is none of ours.
local marks = redis.call('HMGET', meta, 'paused', 'token', 'watch', 'layout', 'unique', 'limits', 'runs', 'ties')
local paused, layout, uniques, limited = marks[1] and true or false, marks[4], marks[5], marks[6] and true or false
local runs, ties = marks[7], marks[8]
local skips = redis.call('HLEN', skip)
local has_notes = redis.call('HLEN', notes) > 0
redis.call('HLEN', jobs)
local in_done, in_dead = redis.call('ZCARD', done), redis.call('ZCARD', dead)
local listed = redis.call('ZSCORE', workers, consumer)
local tokens = redis.call('LLEN', bell)
if uniques then -- else no job of this queue ever had a key there
  redis.call('HLEN', unique)
end
if runs then
  redis.call('HLEN', journal)
  redis.call('ZCARD', listeners)
end
if ties then
  redis.call('ZCARD', ended)
end
local length = {} -- of each lane, kept up to date below
for lane, key in pairs(lane_keys) do
  length[lane] = redis.call('LLEN', key)
end
local next_due = tonumber(redis.call('ZRANGE', due, '0', '0', 'WITHSCORES')[2])
local me = 'c:' .. consumer
local seen_at = tonumber(redis.call('ZSCORE', seen, me) or 0)
local seen_turn = redis.call('HGET', ops, me) or '0\t0'
local outcomes, ids, records, oldest = 15 + held_count, {}, {}, {}
for i = outcomes, #ARGV, 4 do
  ids[#ids + 1] = ARGV[i]
end
if #ids > 0 then
  records = redis.call('HMGET', track, unpack(ids))
  oldest = redis.call('LRANGE', active, '0', int(#ids - 1))
else
  redis.call('HLEN', track)
  redis.call('LLEN', active)
end

local last, last_token = string.match(seen_turn, '^(%d+)\t(%d+)$')
last, last_token = tonumber(last or 0), tonumber(last_token or 0)
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
if limited then
  limiting() -- which reads its keys
end
if number < last then
  return {'STALE'}
end
local repeated = number == last
local first_number = math.max(tonumber(marks[2] or 0) + 1, now_us)
local first_token = int(first_number)
local settled, odd = {}, {} -- a letter an outcome; the numbers of those that go the long way
local pushed, rescheduled = 0, false
local ended_done, ended_dead = 0, 0
local left_by, left_count = {}, 0 -- job whose claim ends here -> its token; false once it is out of the active list
local tracks, n_tracks = {}, 0 -- records to write, with those of all claims at once
local claimed, bytes, dropped, corrupt, cut = 0, 0, 0, 0, false
local new_leases, mine_now = {}, {}
local reply, n_reply = {'TURNED', 0, 0, -1, 0, 0, now_text, '', first_token, 0}, 10

-- What the header line of a body says, and from it the record of a first claim, before and after the number of its
-- token. Neighbours in a lane mostly have the same line: then it is read once for all. False if it cannot be read.
local line, claim_head, claim_tail, line_type, line_key, line_cost, line_parent
local function read_line(body)
  local home, type, start, idem, uniq, key, cost, parent = header(body)
  if not home then
    return false
  end
  local due_at = string.match(start, '^@(%d+)$') or ''
  line = string.match(body, '^[^\n]*\n')
  claim_head = 'a\t' .. home .. '\tCLAIMED\t' .. now_text .. '\t0\t1\t0\t0\t0\t'
  claim_tail = '-' .. nonce .. '\t' .. consumer .. '\t\t' .. (#due_at <= MOST_INSTANT and due_at or '') .. '\t\t'
      .. type .. tail_of(idem, uniq, key, parent)
  line_type, line_key, line_cost, line_parent = type, key, cost, parent
  return true
end

-- The number of the next claim's token. The last two digits are made by hand: making them all costs four times that.
local next_number, hundreds, units = first_number, '', 100
local function next_digits()
  if units == 100 then
    hundreds, units = int(floor(next_number / 100)), next_number % 100
  end
  local digits = hundreds .. char(48 + floor(units / 10), 48 + units % 10)
  next_number, units = next_number + 1, units + 1
  return digits
end

-- Notes the claim of a job that is in the active list already: its record and its lease.
local lease_end = int(now + lease)
local function lease_out(id, record, body)
  claimed, bytes = claimed + 1, bytes + #body
  mine_now[id] = true
  tracks[n_tracks + 1], tracks[n_tracks + 2], n_tracks = id, record, n_tracks + 2
  new_leases[2 * claimed - 1], new_leases[2 * claimed] = lease_end, id
end

-- Whether the limits let the job at the head of a lane begin. If not it is parked, or claiming stops.
local queue_limit, queue_due
local function may_begin(lane, id, type, key, cost)
  if queue_limit then
    local at = limiting().permitted_at(queue_limit, cost)
    if at > now_us then
      queue_due, cut = math.ceil(at / 1000), true
      return false
    end
  end
  if limiting().admit(lane, id, type, key, cost) then
    if queue_limit then
      limiting().pay(queue_limit, cost)
    end
    return true
  end
  redis.call('LPOP', lane_keys[lane])
  return false
end

--- include retention

-- What few turns need is made when a turn first needs it: making it costs as much as a short turn.
local long
local function the_long_way()
  if not long then
    -- Named anew: a function of Lua 5.1 may refer to 60 variables around it.
    local jobs, track, notes, leases, due, dead, done, skip = unpack(KEYS)
    local unique, journal, ended = KEYS[19], KEYS[26], KEYS[28]
--- include track, unique, telling, ends, skip, outcomes, reclaims
    long = {settle = settle, put_back = put_back, take_odd = take_odd, hand_back_lost = hand_back_lost,
        flush = flush_ends}
  end
  return long
end

-- 1. Outcomes. The most common one, a success of a job nobody asked to end, is written without taking its record
-- apart. Records of jobs of one type that were claimed together differ in their tokens only: what stands before and
-- after the token is worked out once for such neighbours.
local odd_ids, leases_over = {}, {''}
if #ids > 0 then
  local keeps, done_until = keep_done > 0 and max_done > 0, int(now + keep_done)
  local open_head, open_tail, done_head, done_tail = '', '', '', ''
  local open_type, open_key
  local bodies, ends, old_notes = {}, {}, {}
  local straight = not strict and (keeps or not runs) -- what is not kept leaves no journal behind
  for n, id in ipairs(ids) do
    local record, i = records[n], outcomes + (n - 1) * 4
    local token = ARGV[i + 1]
    local plain = record and token ~= '' and ARGV[i + 2] == 'ok' and ARGV[i + 3] == '' and straight
        and not left_by[id] and not odd_ids[id]
    if plain and record ~= open_head .. token .. open_tail then
      local from, to = find(record, '\t' .. token .. '\t' .. consumer .. '\t\t', 1, true)
      local lane, counters = string.match(from and sub(record, 1, from) or '', OPEN)
      local rest = lane and sub(record, to + 1)
      if lane and not (uniques and find(rest, HAS_UNIQUE)) and not (ties and find(rest, HAS_PARENT)) then
        open_head, open_tail = sub(record, 1, from), '\t' .. consumer .. '\t\t' .. rest
        done_head = 's\t' .. lane .. '\tCOMPLETED\t' .. now_text .. counters
        done_tail = '\t\t\t' .. rest
        open_type, open_key = string.match(rest, TYPE_AND_KEY)
      else
        plain = false
      end
    end
    if plain then
      settled[n] = 'D'
      left_by[id], left_count = token, left_count + 1
      if limited then
        limiting().vacate(id, open_type, open_key, true)
      end
      leases_over[left_count + 1], bodies[left_count] = id, id
      if keeps then
        tracks[n_tracks + 1], tracks[n_tracks + 2] = id, done_head .. token .. done_tail
        ends[n_tracks + 1], ends[n_tracks + 2], n_tracks = done_until, id, n_tracks + 2
      end
      for kind in string.gmatch(has_notes and (keeps and 'co' or 'pcorel') or '', '.') do
        old_notes[#old_notes + 1] = id .. ':' .. kind
      end
    else
      odd[#odd + 1] = n
      odd_ids[id] = true
      if not limited and sub(ARGV[i + 2], 1, 7) == 'backoff' then
        limited = true
        limiting()
      elseif not runs and sub(ARGV[i + 2], 1, 7) == 'suspend' then
        runs = '1'
        redis.call('HLEN', journal)
        redis.call('ZCARD', listeners)
      end
    end
  end
  -- A command that frees comes first: then a Redis out of memory lets the rest through and drains.
  redis.call('ZREM', leases, unpack(leases_over))
  if #odd > 0 then
    the_long_way().settle()
  end
  -- Ended claims leave the active list. They mostly are its oldest, and then go with one command.
  local first = 0
  for _, id in ipairs(oldest) do
    if not left_by[id] then
      break
    end
    left_by[id] = false -- a second entry of it is an older claim's
    first = first + 1
  end
  if first > 0 then
    redis.call('LTRIM', active, int(first), '-1')
  end
  if first < left_count then
    for id, still in pairs(left_by) do
      if still then
        redis.call('LREM', active, '1', id)
      end
    end
  end
  if #odd > 0 then
    the_long_way().put_back()
  end
  if #bodies > 0 then
    redis.call('HDEL', jobs, unpack(bodies))
    if keeps then
      redis.call('ZADD', done, unpack(ends))
      ended_done = ended_done + #bodies
    else
      redis.call('HDEL', track, unpack(bodies))
    end
    if #old_notes > 0 then
      redis.call('HDEL', notes, unpack(old_notes))
    end
  end
else
  redis.call('ZREM', leases, '')
end
redis.call('HSET', ops, me, repeated and seen_turn or ARGV[3] .. '\t' .. first_token)
if math.abs(now - seen_at) >= REFRESH then
  redis.call('ZADD', seen, now_text, me)
end

-- What was let go is in its lane.
local seen_let_go = 0
local function measure_lanes()
  if has_let_go > seen_let_go then
    pushed, seen_let_go = pushed + has_let_go - seen_let_go, has_let_go
    for lane, key in pairs(lane_keys) do
      length[lane] = redis.call('LLEN', key)
    end
  end
end

-- 2. Due jobs go to their lanes, and what was given back is handed on.
local queue_full, wakes_left = false, false
local want = not repeated and not paused and math.min(room, MOST) or 0
if limited then
  limiting().flush_freed()
  measure_lanes()
  queue_limit = limiting().scope('q')
  if queue_limit and queue_limit.most and want > 0 then
    local free = queue_limit.most - redis.call('ZCARD', leases)
    queue_full, want = free < want, math.max(0, math.min(want, free))
  end
end
local promoted = 0
if next_due and next_due <= now then
  local promote, lanes = redis.call('ZRANGEBYSCORE', due, '-inf', now_text, 'LIMIT', '0', int(MOST)), {}
  promoted, rescheduled = #promote, true
  for _, member in ipairs(promote) do
    local lane = sub(member, 1, 1)
    lane = lane_keys[lane] and lane or 'n'
    lanes[lane] = lanes[lane] or {}
    table.insert(lanes[lane], sub(member, 2))
  end
  for lane, list in pairs(lanes) do
    redis.call('RPUSH', lane_keys[lane], unpack(list))
    length[lane] = length[lane] + #list
  end
  redis.call('ZREM', due, unpack(promote))
  pushed = pushed + promoted
end

if limited and want > 0 then
  local at = queue_limit and limiting().permitted_at(queue_limit, 1) or now_us
  if at > now_us then
    queue_due = math.ceil(at / 1000) -- nothing can be claimed: who is parked stays where it is
  else
--- include wakes
    wakes_left = take_wakes(want)
    measure_lanes()
  end
end

-- 3. Claims.
local function take(lane, most)
  local key = lane_keys[lane]
  while most > 0 and length[lane] > 0 and not cut do
    -- A few until their size is known: what is read here and not claimed was read for nothing.
    local peek = bytes > 0 and bytes < SMALL * claimed and 2 * PEEK or PEEK
    local heads = redis.call('LRANGE', key, '0', int(math.min(most, peek) - 1))
    local found = redis.call('HMGET', jobs, unpack(heads))
    local before = redis.call('HMGET', track, unpack(heads))
    local written = runs and redis.call('HMGET', journal, unpack(heads))
    for n, id in ipairs(heads) do
      local body, taken, has_journal = found[n], false, written and written[n]
      -- The most common: a job that was never claimed.
      if body and not before[n] and not has_journal and skips == 0 and not mine_now[id] and #id == 26 and find(id, ID)
          and (line and sub(body, 1, #line) == line or read_line(body)) then
        if claimed > 0 and bytes + #body > MOST_BYTES then
          cut = true
        elseif not limited or may_begin(lane, id, line_type, line_key, line_cost) then
          redis.call('LMOVE', key, active, 'LEFT', 'RIGHT')
          lease_out(id, claim_head .. next_digits() .. claim_tail, body)
          reply[n_reply + 1], reply[n_reply + 2], n_reply = id, body, n_reply + 2
          taken = true
        end
      else
        taken = the_long_way().take_odd(lane, id, body, before[n], has_journal)
      end
      if cut then
        return
      end
      length[lane] = length[lane] - 1
      if taken then
        most = most - 1
      else
        dropped = dropped + 1
        cut = dropped >= MOST_DROPPED
        measure_lanes()
        if cut then
          return
        end
      end
    end
  end
end

if repeated then
  if n_tracks > 0 then
    redis.call('HSET', track, unpack(tracks))
    n_tracks = 0
  end
  the_long_way().hand_back_lost()
elseif want > 0 then
  if ARGV[5] == '1' then
    take('s', 1)
  end
  local order = {'h', 'n', 'l'}
  if number % 16 == 0 then
    order = {'l', 'h', 'n'}
  elseif number % 4 == 0 then
    order = {'n', 'h', 'l'}
  end
  for _, lane in ipairs(order) do
    take(lane, want - claimed)
  end
end
if n_tracks > 0 then
  redis.call('HSET', track, unpack(tracks, 1, n_tracks))
end
if #new_leases > FEW * 2 then
  -- With a member this long Redis keeps the leases in a skip list and not in one block of memory, which it would walk
  -- for each of them.
  local long_member = string.rep('.', 65)
  redis.call('ZADD', leases, '0', long_member, unpack(new_leases))
  redis.call('ZREM', leases, long_member)
elseif #new_leases > 0 then
  redis.call('ZADD', leases, unpack(new_leases))
end
if #new_leases > 0 then
  redis.call('HSET', meta, 'token', int(next_number - 1))
  if not listed then
    redis.call('ZADD', workers, 'NX', now_text, consumer)
  end
end
if long then
  long.flush()
end
write_limits()
measure_lanes()

-- 4. What is left: ring so that workers wake one after another, and tell the caller to go on.
local left = length.h + length.n + length.l
-- At the limit of the queue what is left is nobody's, until a place or a permit is there.
local stopped = queue_due or queue_full and claimed == want
local more = not paused and not stopped and claimed < room and (left > 0 or promoted == MOST or wakes_left)
local makes_room = room == 0 and (pushed > 0 or queue_limit and #ids > 0)
if left + length.s > 0 and not stopped and (claimed > 0 or makes_room) then
  ring(bell, paused, tokens)
end

-- 5. The watch: one worker knows the next due time and takes a turn at that instant.
local next_us = -1
if watch > 0 then
  local kept = marks[3]
  if rescheduled then
    next_due = tonumber(redis.call('ZRANGE', due, '0', '0', 'WITHSCORES')[2])
  end
  if limited and not paused then
    local wake = tonumber(redis.call('ZRANGE', wakes, '0', '0', 'WITHSCORES')[2])
    if wake and (wake > now or claimed > 0 and claimed < want) then
      next_due = math.min(next_due or wake, wake)
    elseif wake and claimed == want and not stopped then
      ring(bell, paused) -- for who has room
    end
    next_due = queue_due and math.min(next_due or queue_due, queue_due) or next_due
  end
  if next_due and next_due ~= NEVER then
    local keeper, until_ms, told = string.match(kept or '', '^([^\t]*)\t(%d+)\t(%d+)$')
    local mine = keeper == consumer
    local over = keeper and (tonumber(until_ms) <= now or tonumber(until_ms) > now + LONGEST_WATCH)
    if not keeper or mine or over or tonumber(told) > next_due then
      next_us = math.max(0, next_due * 1000 - now_us)
      -- Kept on well before its term ends: a keeper that takes its turns must not lose it between two.
      if not mine or tonumber(told) ~= next_due or tonumber(until_ms) < now + watch * 3 / 4 then
        redis.call('HSET', meta, 'watch', consumer .. '\t' .. int(now + watch) .. '\t' .. int(next_due))
      end
    end
  elseif kept and sub(kept, 1, #consumer + 1) == consumer .. '\t' then
    redis.call('HDEL', meta, 'watch')
  end
end

-- 6. Retention.
trim_done(in_done + ended_done, ended_done)
local trimmed = trim_dead(in_dead + ended_dead, ended_dead)

reply[2], reply[3], reply[4] = paused and 1 or 0, more and 1 or 0, next_us
reply[5], reply[6], reply[8] = trimmed, corrupt, table.concat(settled)
if ties and redis.call('ZCARD', ended) > 0 then
  reply[10] = 1
end
return reply
