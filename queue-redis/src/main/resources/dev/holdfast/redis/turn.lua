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
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] consumer   ARGV[3] turn number, rising by one   ARGV[4] room: most jobs to claim
-- ARGV[5] "1" if one of them may be a suspect   ARGV[6] lease, ms
-- ARGV[7] ms the watch over due times is taken for; 0 leaves it   ARGV[8] 64 random bits, hex
-- ARGV[9] ms to keep done jobs   ARGV[10] most of them   ARGV[11] ms to keep dead ones   ARGV[12] most
-- ARGV[13] "1" if an outcome after the end of its lease is refused   ARGV[14] how many held ids follow
-- ARGV[15..] held ids; then four an outcome: id, claim token, verb (ok discard release; with delay in ms and reason
--   behind tabs: retry snooze bury miss), result or attempt or ""
-- Returns {STALE} | {OTHER_LAYOUT, stored, known} | {TURNED, paused 0|1, more 0|1, us until the next due job or -1, dead letters
--   trimmed, jobs buried here, now (epoch ms), a letter an outcome (D done, A already, C cancelled, T taken,
--   U unclaimed, G gone), then each claim: of a job that has no record yet its id and body, and its token is the
--   next number with the random bits that were sent; of others "*", id, token, suspect 0|1, record, ready since (epoch
--   ms; "+ms" after the id's time, "@ms" but not before the id's time, "" the id's time), checkpoint or "", body.
--   The number of the first token comes before the claims}
-- Cost: O(log n) an outcome and a claim, O(128) for an ack's list. At most 100 outcomes, 100 promoted,
--   100 claimed or 1 MiB of bodies. Outcomes repeat safely by (id, token); a repeated number claims
--   nothing and returns the consumer's jobs that the caller does not name, in the order of their claims.
local jobs, track, notes, leases = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local due, dead, done, skip = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local ops, seen, workers, bell, meta = KEYS[9], KEYS[10], KEYS[11], KEYS[12], KEYS[13]
local lane_keys = {h = KEYS[14], n = KEYS[15], l = KEYS[16], s = KEYS[17]}
local active = KEYS[18]
local consumer, number, room = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local suspects, lease, watch, nonce = ARGV[5] == '1', tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
local keep_done, max_done = tonumber(ARGV[9]), tonumber(ARGV[10])
local keep_dead, max_dead = tonumber(ARGV[11]), tonumber(ARGV[12])
local strict, held_count = ARGV[13] == '1', tonumber(ARGV[14])
local MOST, MOST_BYTES, MOST_DROPPED, PEEK, SMALL = 100, 1048576, 200, 25, 4096
local ID_STRANGER = '[^0-9A-HJKMNP-TV-Z]' -- an entry with one was never ours
local LONGEST_WATCH = 10000 -- twice the longest block time; a longer one comes from a clock that stepped back
--- include clock, track, bell, ends, layout, skip

-- Reads before the first write: each fails here, with nothing written, if its key is none of ours.
local marks = redis.call('HMGET', meta, 'paused', 'token', 'watch', 'layout')
local paused, layout = marks[1] and true or false, marks[4]
local skips = redis.call('HLEN', skip)
redis.call('HLEN', jobs)
redis.call('HLEN', track)
redis.call('ZCARD', leases)
local in_done, in_dead = redis.call('ZCARD', done), redis.call('ZCARD', dead)
redis.call('ZCARD', seen)
redis.call('ZCARD', workers)
local tokens = redis.call('LLEN', bell)
redis.call('LLEN', active)
local length = {} -- of each lane, kept up to date below
for lane, key in pairs(lane_keys) do
  length[lane] = redis.call('LLEN', key)
end
local promote = redis.call('ZRANGEBYSCORE', due, '-inf', now_text, 'LIMIT', 0, MOST)
local me = 'c:' .. consumer
local seen_turn = redis.call('HGET', ops, me) or '0\t0'
local last, last_token = string.match(seen_turn, '^(%d+)\t(%d+)$')
last, last_token = tonumber(last or 0), tonumber(last_token or 0)
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
if number < last then
  return {'STALE'}
end
local repeated = number == last

-- A command that frees comes first: then a Redis out of memory lets the rest through and drains.
redis.call('ZREM', leases, '')
local token = math.max(tonumber(marks[2] or 0) + 1, now_us)
redis.call('HSET', ops, me, repeated and seen_turn or ARGV[3] .. '\t' .. int(token))
redis.call('ZADD', seen, now_text, me)

-- 1. Outcomes.
local pushed = 0
local function queue_again(id, t, reason, delay)
  t.state = 'q'
  t.reason = reason
  t.at = now_text
  t.consumer = ''
  t.due = int(now + delay)
  if delay > 0 then
    redis.call('ZADD', due, t.due, lane_of(t) .. id)
  else
    local lane = lane_of(t)
    redis.call('RPUSH', lane_keys[lane], id)
    length[lane] = length[lane] + 1
    pushed = pushed + 1
  end
  push(set_track, id, write_track(t))
end

local verbs, released = {}, {}
function verbs.ok(id, t, delay, reason, text)
  if text ~= '' then
    redis.call('HSET', notes, id .. ':r', text)
    has_notes = true
  end
  finish(id, t, 's', 'COMPLETED')
end
function verbs.retry(id, t, delay, reason, text)
  t.failures = t.failures + 1
  t.crashes = 0
  remember(id, text)
  queue_again(id, t, reason, delay)
end
function verbs.snooze(id, t, delay)
  t.snoozes = t.snoozes + 1
  t.crashes = 0
  queue_again(id, t, 'SNOOZED', delay)
end
function verbs.miss(id, t, delay)
  t.misses = t.misses + 1
  if t.missed == '' then
    t.missed = now_text
  end
  queue_again(id, t, 'MISSED', delay)
end
function verbs.bury(id, t, delay, reason, text)
  if text ~= '' then
    t.failures = t.failures + (reason == 'MALFORMED' and 0 or 1)
    remember(id, text)
  end
  finish(id, t, 'd', reason)
end
function verbs.discard(id, t, delay, reason, text)
  if text ~= '' then
    remember(id, text)
  end
  finish(id, t, 'c', 'DISCARDED')
end
function verbs.release(id, t)
  t.state = 'q'
  t.reason = 'RELEASED'
  t.at = now_text
  t.consumer = ''
  t.due = now_text
  released[#released + 1] = {lane = lane_of(t), id = id}
  push(set_track, id, write_track(t))
end
-- What an asked-for cancel leaves as it is; a last failure it does not.
local ends_by_itself = {ok = true, discard = true}
local buried_by_itself = {BURIED = true, MALFORMED = true, UNKNOWN_TYPE = true}

local settled, ids, known, ended, leaving = {}, {}, {}, {}, {}

-- The most common outcome, a success of a job nobody asked to end, without taking its record apart.
-- False if it is not that, or does not stand: then nothing was done.
local function end_plainly(id, record, token)
  local lane, counters, stands, rest = string.match(record, OPEN)
  if not stands or stands ~= token then
    return false
  end
  ended[id] = token
  leaving[#leaving + 1] = id
  drop_leases[#drop_leases + 1] = id
  keep_record(id, 's\t' .. lane .. '\tCOMPLETED\t' .. now_text .. '\t' .. counters .. '\t' .. token
      .. '\t\t\t' .. rest)
  return true
end

-- Any other outcome of the job whose record is t, nil if it has none that can be read; i is where it is in ARGV.
local function settle(id, t, i)
  if ended[id] then
    return ended[id] == ARGV[i + 1] and 'A' or 'U'
  elseif not t then
    return 'G'
  elseif t.token ~= ARGV[i + 1] then
    return t.state == 'a' and 'T' or 'U'
  elseif t.state ~= 'a' then
    return 'A'
  elseif strict and (tonumber(redis.call('ZSCORE', leases, id)) or 0) < now then
    return 'U' -- nobody reaped it yet; a job that ended in this call is no longer 'a'
  end
  known[id] = t
  leaving[#leaving + 1] = id
  drop_leases[#drop_leases + 1] = id
  local verb, delay, reason = string.match(ARGV[i + 2], '^(%a+)\t?(%d*)\t?([%u_]*)$')
  local text = ARGV[i + 3]
  if t.cancel ~= '' and not ends_by_itself[verb] and not (verb == 'bury' and buried_by_itself[reason]) then
    if text ~= '' then
      t.failures = t.failures + 1
      remember(id, text)
    end
    finish(id, t, 'c', 'CANCELLED_ON_REQUEST')
    return 'C'
  end
  verbs[verb](id, t, tonumber(delay), reason, text)
  return 'D'
end

-- Takes ended claims out of the list. They mostly are the oldest, and then go with one command.
local function leave_active(list)
  local gone, first = {}, 0
  for _, id in ipairs(list) do
    gone[id] = true
  end
  if #list > 2 then
    for _, id in ipairs(redis.call('LRANGE', active, 0, #list - 1)) do
      if not gone[id] then
        break
      end
      gone[id] = nil -- a second entry of it is an older claim's
      first = first + 1
    end
    if first > 0 then
      redis.call('LTRIM', active, first, -1)
    end
  end
  for _, id in ipairs(list) do
    if gone[id] then
      redis.call('LREM', active, '1', id)
    end
  end
end

local outcomes = 15 + held_count
for i = outcomes, #ARGV, 4 do
  ids[#ids + 1] = ARGV[i]
end
if #ids > 0 then
  local records = redis.call('HMGET', track, unpack(ids))
  for n, id in ipairs(ids) do
    local record, i = records[n], outcomes + (n - 1) * 4
    local plain = record and ARGV[i + 2] == 'ok' and ARGV[i + 3] == '' and not strict
        and not known[id] and not ended[id]
    if plain and end_plainly(id, record, ARGV[i + 1]) then
      settled[n] = 'D'
    else
      settled[n] = settle(id, known[id] or read_track(record), i)
    end
  end
  leave_active(leaving)
  -- The last first, so that what is released together keeps its order at the head of the lane.
  for i = #released, 1, -1 do
    local lane = released[i].lane
    redis.call('LPUSH', lane_keys[lane], released[i].id)
    length[lane] = length[lane] + 1
  end
  pushed = pushed + #released
  flush_ends()
end

-- 2. Due jobs go to their lanes.
if #promote > 0 then
  local lanes = {h = {}, n = {}, l = {}, s = {}}
  for _, member in ipairs(promote) do
    local list = lanes[string.sub(member, 1, 1)] or lanes.n
    list[#list + 1] = string.sub(member, 2)
  end
  for lane, list in pairs(lanes) do
    if #list > 0 then
      redis.call('RPUSH', lane_keys[lane], unpack(list))
      length[lane] = length[lane] + #list
    end
  end
  redis.call('ZREM', due, unpack(promote))
  pushed = pushed + #promote
end

-- 3. Claims.
local claims, claimed, bytes, dropped, corrupt = {}, 0, 0, 0, 0
local cut, mine_now = false, {}
local add_leases = {}
local lease_end = int(now + lease)

-- The digits of the next token; the last six are made by hand, because making them all costs twice as much.
local first_token, digits, digits_from = int(token), '', -1
local function next_digits()
  local rest = token - digits_from
  if digits_from < 0 or rest >= 1000000 then
    local head = math.floor(token / 1000000)
    digits, digits_from = int(head), head * 1000000
    rest = token - digits_from
  end
  token = token + 1
  return digits .. string.format('%06d', rest)
end

-- Writes a claim down: record and lease.
local function lease_out(id, record)
  local n = #set_track
  set_track[n + 1], set_track[n + 2] = id, record
  n = #add_leases
  add_leases[n + 1], add_leases[n + 2] = lease_end, id
  claimed = claimed + 1
  mine_now[id] = true
end

-- A job that has a record: it was claimed or moved before.
local function claim_again(id, t, body, suspect)
  local waited_from = t.due
  t.state = 'a'
  t.reason = 'CLAIMED'
  t.at = now_text
  t.claims = t.claims + 1
  t.token = next_digits() .. '-' .. nonce
  t.consumer = consumer
  local record = write_track(t)
  lease_out(id, record)
  push(claims, '*', id, t.token, suspect and '1' or '0', record, waited_from,
      has_notes and t.claims > 1 and redis.call('HGET', notes, id .. ':c') or '', body)
end

-- What the header line of a body says, and from it the record of a first claim before and after the number of its
-- token. Neighbours in a lane mostly have the same line: then it is read once for all.
local line, first_head, first_tail
local function read_line(body)
  if line and string.sub(body, 1, #line) == line then
    return true
  end
  local home, type, start, idem = header(body)
  if not home then
    return false
  end
  local due_at = string.match(start, '^@(%d+)$') or ''
  line = string.match(body, '^[^\n]*\n')
  local t = new_track(home, type, now_text, idem)
  t.state = 'a'
  t.reason = 'CLAIMED'
  t.claims = 1
  t.consumer = consumer
  t.due = #due_at <= MOST_INSTANT and due_at or ''
  t.token = '\n'
  first_head, first_tail = string.match(write_track(t), '^(.*)\n(.*)$')
  first_tail = '-' .. nonce .. first_tail
  return true
end

-- A job the engine cannot hand out is buried with what is left of it, never looped.
local function bury(id, t, reason)
  t = t or new_track('n', '', '', '')
  t.token = ''
  finish(id, t, 'd', reason)
  corrupt = corrupt + 1
end

local function take(lane, most)
  local key = lane_keys[lane]
  local suspect = lane == 's'
  while most > 0 and length[lane] > 0 and not cut do
    -- A few until their size is known: what is read here and not claimed was read for nothing.
    local peek = bytes > 0 and bytes < SMALL * claimed and 2 * PEEK or PEEK
    local heads = redis.call('LRANGE', key, 0, math.min(most, peek) - 1)
    local found = redis.call('HMGET', jobs, unpack(heads))
    local records = redis.call('HMGET', track, unpack(heads))
    for n, id in ipairs(heads) do
      local body, t = found[n], read_track(records[n])
      length[lane] = length[lane] - 1 -- each leaves the lane, but for one that is too large for this turn
      local ignored = skips > 0 and skip_field(lane, id)
      if ignored then
        if redis.call('HINCRBY', skip, ignored, -1) <= 0 then
          redis.call('HDEL', skip, ignored)
          skips = skips - 1
        end
        redis.call('LPOP', key)
        dropped = dropped + 1
      elseif mine_now[id] or t and t.state ~= 'q' or #id ~= 26 or string.find(id, ID_STRANGER) then
        redis.call('LPOP', key)
        dropped = dropped + 1
      elseif not body then
        redis.call('LPOP', key)
        bury(id, t, 'MISSING')
        dropped = dropped + 1
      else
        if not read_line(body) then
          redis.call('LPOP', key)
          bury(id, t, 'MALFORMED')
          dropped = dropped + 1
        elseif claimed > 0 and bytes + #body > MOST_BYTES then
          length[lane] = length[lane] + 1
          cut = true
          return
        else
          redis.call('LMOVE', key, active, 'LEFT', 'RIGHT')
          bytes = bytes + #body
          most = most - 1
          if t then
            claim_again(id, t, body, suspect)
          else
            lease_out(id, first_head .. next_digits() .. first_tail)
            local c = #claims
            claims[c + 1], claims[c + 2] = id, body
          end
        end
      end
      if dropped >= MOST_DROPPED then
        cut = true
        return
      end
    end
  end
end

local function by_claim(a, b)
  return a.number < b.number
end

local function hand_back_lost()
  local named, looked_at, lost = {}, {}, {}
  for i = 15, 14 + held_count do
    named[ARGV[i]] = true
  end
  -- Of a job that was reaped, and claimed again by the same consumer, the list holds an older entry, too: so the
  -- order is that of the claims, not of the list.
  for _, id in ipairs(redis.call('LRANGE', active, 0, 255)) do
    local record = not looked_at[id] and redis.call('HGET', track, id)
    local t = read_track(record)
    looked_at[id] = true
    if t and t.state == 'a' and t.consumer == consumer then
      local claim_number = tonumber(string.match(t.token, '^%d+') or 0)
      -- A job claimed in the lost turn may be named for an earlier claim, settled in that turn or reaped before it.
      if not named[id] or claim_number >= last_token then
        lost[#lost + 1] = {id = id, t = t, record = record, number = claim_number}
      end
    end
  end
  table.sort(lost, by_claim)
  for _, one in ipairs(lost) do
    local id, t = one.id, one.t
    local body = redis.call('HGET', jobs, id)
    if body and (claimed == 0 or bytes + #body <= MOST_BYTES) then
      bytes = bytes + #body
      claimed = claimed + 1
      local _, _, start = header(body)
      push(claims, '*', id, t.token, t.crashes > 1 and '1' or '0', one.record,
          t.due ~= '' and t.due or start or '',
          has_notes and redis.call('HGET', notes, id .. ':c') or '', body)
    end
  end
end

local want = math.min(room, MOST)
if repeated then
  hand_back_lost()
elseif not paused and want > 0 then
  if suspects then
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
  if claimed > 0 then
    redis.call('ZADD', leases, unpack(add_leases))
    redis.call('HSET', meta, 'token', int(token - 1))
    redis.call('ZADD', workers, 'NX', now_text, consumer)
  end
  flush_ends()
end

-- 4. What is left: ring so that workers wake one after another, and tell the caller to go on.
local left = length.h + length.n + length.l
local more = not paused and claimed < room and (left > 0 or #promote == MOST)
if left + length.s > 0 and (claimed > 0 or (pushed > 0 and room == 0)) then
  ring(bell, paused, tokens)
end

-- 5. The watch: one worker knows the next due time and takes a turn at that instant.
local next_us = -1
if watch > 0 then
  local head = tonumber(redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2])
  local keeper, until_ms, told
  if marks[3] then
    keeper, until_ms, told = string.match(marks[3], '^([^\t]*)\t(%d+)\t(%d+)$')
  end
  if head then
    local mine = keeper == consumer
    local over = keeper and (tonumber(until_ms) <= now or tonumber(until_ms) > now + LONGEST_WATCH)
    if not keeper or mine or over or tonumber(told) > head then
      next_us = math.max(0, head * 1000 - now_us)
      -- Kept on well before its term ends: a keeper that takes its turns must not lose it between two.
      if not mine or tonumber(told) ~= head or tonumber(until_ms) < now + watch * 3 / 4 then
        redis.call('HSET', meta, 'watch', consumer .. '\t' .. int(now + watch) .. '\t' .. int(head))
      end
    end
  elseif keeper == consumer then
    redis.call('HDEL', meta, 'watch')
  end
end

-- 6. Retention.
local trimmed = trim(in_done, in_dead)

local reply = {'TURNED', paused and 1 or 0, more and 1 or 0, next_us, trimmed, corrupt, now_text,
    table.concat(settled), first_token}
local n = #reply
for i = 1, #claims do
  reply[n + i] = claims[i]
end
return reply
