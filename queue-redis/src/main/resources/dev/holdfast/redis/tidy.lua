-- tidy.lua: compares one consumer's list with the truth in track, and finds claims without a lease.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] notes    hash  job id:kind -> note
-- KEYS[4] leases   zset  job id -> lease end, epoch ms
-- KEYS[5] dead     zset  job id -> keep until, epoch ms
-- KEYS[6] done     zset  job id -> keep until, epoch ms
-- KEYS[7] workers  zset  consumer -> last tidied, epoch ms
-- KEYS[8] bell     list  at most one token
-- KEYS[9] meta     hash  settings and marks of the queue
-- KEYS[10] high    list  job id
-- KEYS[11] normal  list  job id
-- KEYS[12] low     list  job id
-- KEYS[13] suspect list  job id
-- KEYS[14] active  list  job id: the consumer's
-- KEYS[15] unique  hash  rule, type and unique key -> job id
-- KEYS[16] limits  hash  scope -> what is set for it
-- KEYS[17] rates   hash  scope -> where its rate stands
-- KEYS[18] holders zset  scope and job id -> 0
-- KEYS[19] parked  zset  scope, rank, number, lane and job id -> 0
-- KEYS[20] seats   hash  job id -> its member of parked
-- KEYS[21] wakes   zset  scope -> when to look at it, epoch ms
-- KEYS[22] journal hash  job id -> how its journal stands; and its entries, messages and subjects
-- KEYS[23] listeners zset  subject and job id -> 0
-- KEYS[24] ended   zset  parent, job id and how it ended -> when, epoch us
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] consumer   ARGV[3] ms between two sightings that make a claim without a lease lost
-- ARGV[4] crashes that make a job dead
-- ARGV[5] ms to keep done jobs   ARGV[6] most of them   ARGV[7] ms to keep dead ones   ARGV[8] most
-- Returns {TIDIED, jobs reaped, entries removed} | {WRONG_TYPE, type of the list} | {OTHER_LAYOUT, stored, known}
-- Cost: O(the list), at most 512 entries. Atomic; safe to repeat. Never puts an entry into a lane that
--   is not the job's own return.
local jobs, track, notes, leases, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local done, workers, bell, meta, active = KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[14]
local unique = KEYS[15]
local limits, rates, holders, parked, seats, wakes = KEYS[16], KEYS[17], KEYS[18], KEYS[19], KEYS[20], KEYS[21]
local journal, listeners, ended = KEYS[22], KEYS[23], KEYS[24]
local lane_keys = {h = KEYS[10], n = KEYS[11], l = KEYS[12], s = KEYS[13]}
local consumer, apart, max_crashes = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local keep_done, max_done = tonumber(ARGV[5]), tonumber(ARGV[6])
local keep_dead, max_dead = tonumber(ARGV[7]), tonumber(ARGV[8])
local has_notes, ended_done, ended_dead = redis.call('HLEN', notes) > 0, 0, 0
local marks = redis.call('HMGET', meta, 'paused', 'layout', 'limits', 'runs', 'ties')
local paused, layout, limited, runs, ties = marks[1], marks[2], marks[3], marks[4], marks[5]
--- include clock, header, track, bell, limiting, unique, journaling, retention, telling, ends, reaping, audit, layout

redis.call('HLEN', jobs)
redis.call('HLEN', track)
redis.call('ZCARD', dead)
redis.call('ZCARD', done)
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
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
local kind = redis.call('TYPE', active).ok
if kind ~= 'list' and kind ~= 'none' then
  -- It goes to the end of the line, so that the others get their turn.
  redis.call('ZREM', leases, '')
  redis.call('ZADD', workers, 'XX', int(now), consumer)
  return {'WRONG_TYPE', kind}
end
local removed = 0
local seen = {}
redis.call('ZREM', leases, '')
for _, id in ipairs(redis.call('LRANGE', active, 0, 511)) do
  if seen[id] then
    -- One entry is enough: take one of the others.
    redis.call('LREM', active, -1, id)
    removed = removed + 1
  else
    seen[id] = true
    local t = read_track(redis.call('HGET', track, id))
    if not t or t.state ~= 'a' or t.consumer ~= consumer then
      removed = removed + redis.call('LREM', active, 0, id)
    elseif not redis.call('ZSCORE', leases, id) then
      local mark = redis.call('HGET', notes, id .. ':o')
      local token, since = string.match(mark or '', '^([^\t]*)\t(%d+)$')
      if token == t.token and now - tonumber(since) >= apart then
        redis.call('LREM', active, 0, id)
        reap_one(id, t)
      elseif token ~= t.token then
        redis.call('HSET', notes, id .. ':o', t.token .. '\t' .. int(now))
        has_notes = true
      end
    end
  end
end
send_back()
flush_ends()
if limited then
  audit()
end
write_limits()
trim_done(redis.call('ZCARD', done), ended_done)
if redis.call('LLEN', active) == 0 then
  redis.call('ZREM', workers, consumer)
else
  redis.call('ZADD', workers, int(now), consumer)
end
if returned + has_let_go + has_told > 0 or limited and poisoned + cancelled > 0 then
  ring(bell, paused)
end
return {'TIDIED', returned + poisoned + cancelled, removed}
