-- cancel.lua: ends a waiting job, or asks that a running one ends, or a run that has begun.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] notes    hash  job id:kind -> note
-- KEYS[4] leases   zset  job id -> lease end (only for the command that frees)
-- KEYS[5] due      zset  lane and job id -> due time, epoch ms
-- KEYS[6] dead     zset  job id -> keep until, epoch ms
-- KEYS[7] done     zset  job id -> keep until, epoch ms
-- KEYS[8] skip     hash  lane:job id -> entries to ignore
-- KEYS[9] meta     hash  settings and marks of the queue
-- KEYS[10] unique  hash  rule, type and unique key -> job id
-- KEYS[11] limits  hash  scope -> what is set for it
-- KEYS[12] rates   hash  scope -> where its rate stands
-- KEYS[13] holders zset  scope and job id -> 0
-- KEYS[14] parked  zset  scope, rank, number, lane and job id -> 0
-- KEYS[15] seats   hash  job id -> its member of parked
-- KEYS[16] wakes   zset  scope -> when to look at it, epoch ms
-- KEYS[17] bell    list  at most one token
-- KEYS[18] high    list  job id
-- KEYS[19] normal  list  job id
-- KEYS[20] low     list  job id
-- KEYS[21] suspect list  job id
-- KEYS[22] journal hash  job id -> how its journal stands; and its entries, messages and subjects
-- KEYS[23] listeners zset  subject and job id -> 0
-- KEYS[24] ended   zset  parent, job id and how it ended -> when, epoch us
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] job id   ARGV[3] channel for the hint to its worker
-- ARGV[4] ms to keep done jobs   ARGV[5] most of them   ARGV[6] ms to keep dead ones   ARGV[7] most
-- Returns {DONE} ended | {REQUESTED} it runs, or has a journal and is ready now, and was asked to end | {ENDED} it had | {NOT_FOUND}
--   | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n). Atomic; safe to repeat.
local jobs, track, notes, leases = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local due, dead, done, skip, meta = KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local unique = KEYS[10]
local limits, rates, holders, parked, seats, wakes = KEYS[11], KEYS[12], KEYS[13], KEYS[14], KEYS[15], KEYS[16]
local bell = KEYS[17]
local lane_keys = {h = KEYS[18], n = KEYS[19], l = KEYS[20], s = KEYS[21]}
local journal, listeners, ended = KEYS[22], KEYS[23], KEYS[24]
local id, channel = ARGV[2], ARGV[3]
local keep_done, max_done = tonumber(ARGV[4]), tonumber(ARGV[5])
local keep_dead, max_dead = tonumber(ARGV[6]), tonumber(ARGV[7])
local has_notes, ended_done, ended_dead = redis.call('HLEN', notes) > 0, 0, 0
local marks = redis.call('HMGET', meta, 'paused', 'layout', 'limits', 'runs', 'ties')
local paused, layout, limited, runs, ties = marks[1], marks[2], marks[3], marks[4], marks[5]
--- include clock, header, track, bell, limiting, unique, journaling, retention, telling, ends, layout, leaving

redis.call('ZCARD', dead)
redis.call('ZCARD', done)
redis.call('HLEN', skip)
redis.call('HLEN', unique)
redis.call('LLEN', bell)
if limited then
  limiting() -- which reads its keys
end
if runs then
  redis.call('HLEN', journal)
  redis.call('ZCARD', listeners)
end
if ties then
  redis.call('ZCARD', ended)
end
local h = runs and journals().find_head(id)
local has_begun = h and h.entries > 0
if has_begun then
  for _, key in pairs(lane_keys) do
    redis.call('LLEN', key)
  end
end
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
local record = redis.call('HGET', track, id)
local t = read_track(record)
local body = redis.call('HGET', jobs, id)
if not t and not body then
  return {'NOT_FOUND'}
end
local spoilt = record and not t
if spoilt and (redis.call('ZSCORE', dead, id) or redis.call('ZSCORE', done, id)) then
  return {'ENDED'}
end
redis.call('ZREM', leases, '')
if t and t.state == 'a' or spoilt and redis.call('ZSCORE', leases, id) then
  -- Without a record that can be read there is no place for the flag: only the hint is left.
  if t then
    t.cancel = '1'
    redis.call('HSET', track, id, write_track(t))
  end
  redis.call('PUBLISH', channel, id)
  return {'REQUESTED'}
elseif t and t.state ~= 'q' then
  return {'ENDED'}
end
local lane, type, _, idem, uniq, key, _, parent = header(body or '')
local fresh = not t
if fresh then
  t = new_track(lane or 'n', type or '', '', idem or '', uniq or '', key or '', parent or '')
end
if has_begun and lane and not spoilt then
  -- What it has done may have to be undone: its handler is told, and ends it. One that was told may wait for that.
  local to = lane_of(t)
  if t.cancel == '' and redis.call('ZREM', due, to .. id) == 1 then
    t.due = now_text
    redis.call('RPUSH', lane_keys[to], id)
    ring(bell, paused)
  end
  t.cancel = '1'
  redis.call('HSET', track, id, write_track(t))
  return {'REQUESTED'}
elseif fresh then
  leave(id, not spoilt and lane or nil, type, key)
else
  leave(id, lane_of(t), t.type, limit_key_of(t.rest))
end
finish(id, t, 'c', 'CANCELLED_ON_REQUEST')
flush_ends()
write_limits()
if has_let_go + has_told > 0 then
  ring(bell, paused)
end
trim_done(redis.call('ZCARD', done), ended_done)
return {'DONE'}
