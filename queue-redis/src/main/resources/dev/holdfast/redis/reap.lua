-- reap.lua: takes back claims whose lease has run out; one caller a period gets through.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] notes    hash  job id:kind -> note
-- KEYS[4] leases   zset  job id -> lease end, epoch ms
-- KEYS[5] dead     zset  job id -> keep until, epoch ms
-- KEYS[6] done     zset  job id -> keep until, epoch ms
-- KEYS[7] ops      hash  caller -> last number
-- KEYS[8] seen     zset  caller -> last seen, epoch ms
-- KEYS[9] workers  zset  consumer -> last tidied, epoch ms
-- KEYS[10] bell    list  at most one token
-- KEYS[11] meta    hash  settings and marks of the queue
-- KEYS[12] high    list  job id
-- KEYS[13] normal  list  job id
-- KEYS[14] low     list  job id
-- KEYS[15] suspect list  job id
-- KEYS[16] unique  hash  rule, type and unique key -> job id
-- KEYS[17] limits  hash  scope -> what is set for it
-- KEYS[18] rates   hash  scope -> where its rate stands
-- KEYS[19] holders zset  scope and job id -> 0
-- KEYS[20] parked  zset  scope, rank, number, lane and job id -> 0
-- KEYS[21] seats   hash  job id -> its member of parked
-- KEYS[22] wakes   zset  scope -> when to look at it, epoch ms
-- KEYS[23] journal hash  job id -> how its journal stands; and its entries, messages and subjects
-- KEYS[24] listeners zset  subject and job id -> 0
-- KEYS[25] ended   zset  parent, job id and how it ended -> when, epoch us
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] ms until the gate opens again   ARGV[3] ms since the last reap that mean an outage
-- ARGV[4] ms of grace after one   ARGV[5] longest lease, ms   ARGV[6] crashes that make a job dead
-- ARGV[7] ms to keep done jobs   ARGV[8] most of them   ARGV[9] ms to keep dead ones   ARGV[10] most
-- Returns {OTHER_LAYOUT, stored, known} | {NOT_YET} | {GRACE} | {OPEN, returned, poisoned, cancelled, more 0|1, consumer to tidy or ""}
-- Cost: O(log n) a job, at most 100 jobs. Atomic; safe to repeat.
local jobs, track, notes, leases, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local done, ops, seen, workers, bell, meta = KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]
local unique = KEYS[16]
local limits, rates, holders, parked, seats, wakes = KEYS[17], KEYS[18], KEYS[19], KEYS[20], KEYS[21], KEYS[22]
local journal, listeners, ended = KEYS[23], KEYS[24], KEYS[25]
local lane_keys = {h = KEYS[12], n = KEYS[13], l = KEYS[14], s = KEYS[15]}
local period, outage, grace = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local longest, max_crashes = tonumber(ARGV[5]), tonumber(ARGV[6])
local keep_done, max_done = tonumber(ARGV[7]), tonumber(ARGV[8])
local keep_dead, max_dead = tonumber(ARGV[9]), tonumber(ARGV[10])
local MOST, FORGET_CALLER = 100, 660000
local has_notes, ended_done, ended_dead = redis.call('HLEN', notes) > 0, 0, 0
local marks = redis.call('HMGET', meta, 'next_reap', 'last_reap', 'grace_until', 'paused', 'layout', 'limits', 'runs', 'ties')
local limited, runs, ties = marks[6], marks[7], marks[8]
--- include clock, header, track, bell, limiting, unique, journaling, retention, telling, ends, reaping, layout

local next_reap, last_reap = tonumber(marks[1] or 0), tonumber(marks[2])
local grace_until, paused, layout = tonumber(marks[3] or 0), marks[4], marks[5]
redis.call('HLEN', jobs)
redis.call('HLEN', track)
redis.call('ZCARD', dead)
redis.call('ZCARD', done)
redis.call('HLEN', ops)
redis.call('ZCARD', seen)
redis.call('ZCARD', workers)
redis.call('LLEN', bell)
if limited then
  limiting() -- which reads its keys
end
redis.call('HLEN', unique)
if runs then
  redis.call('HLEN', journal)
  redis.call('ZCARD', listeners)
end
if ties then
  redis.call('ZCARD', ended)
end
for _, key in pairs(lane_keys) do
  redis.call('LLEN', key)
end
local expired = redis.call('ZRANGEBYSCORE', leases, '-inf', int(now), 'LIMIT', 0, MOST)
local too_long = redis.call('ZRANGEBYSCORE', leases, int(now + longest + 1), '+inf', 'LIMIT', 0, MOST)

if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
-- A gate further away than an outage comes from a clock that stepped back: it does not hold.
if now < next_reap and next_reap - now <= outage then
  return {'NOT_YET'}
end
redis.call('ZREM', leases, '')
redis.call('HSET', meta, 'last_reap', int(now))
if last_reap and now - last_reap > outage then
  grace_until = now + grace
  redis.call('HSET', meta, 'grace_until', int(grace_until))
end
if now < grace_until and grace_until - now <= grace then
  redis.call('HSET', meta, 'next_reap', int(math.min(now + period, grace_until)))
  return {'GRACE'}
end

for _, id in ipairs(too_long) do
  redis.call('ZADD', leases, int(now + longest), id)
end
if #expired > 0 then
  local records = redis.call('HMGET', track, unpack(expired))
  for n, id in ipairs(expired) do
    local t = read_track(records[n]) or records[n] and recover(id)
    if t and t.state == 'a' then
      reap_one(id, t)
    else
      push(drop_leases, id)
    end
  end
  send_back()
  flush_ends()
  write_limits()
  trim_done(redis.call('ZCARD', done), ended_done)
end
local more = #expired == MOST
if not more then
  redis.call('HSET', meta, 'next_reap', int(now + period))
end
if returned + has_let_go + has_told > 0 or limited and poisoned + cancelled > 0 then
  ring(bell, paused)
end

local old = redis.call('ZRANGEBYSCORE', seen, '-inf', int(now - FORGET_CALLER), 'LIMIT', 0, MOST)
if #old > 0 then
  redis.call('HDEL', ops, unpack(old))
  redis.call('ZREM', seen, unpack(old))
end
return {'OPEN', returned, poisoned, cancelled, more and 1 or 0,
    redis.call('ZRANGE', workers, 0, 0)[1] or ''}
