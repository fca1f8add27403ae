-- redrive.lua: sends a dead letter back to the tail of its lane.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] leases   zset  job id -> lease end (only for the command that frees)
-- KEYS[4] dead     zset  job id -> keep until, epoch ms
-- KEYS[5] bell     list  at most one token
-- KEYS[6] meta     hash  settings and marks of the queue
-- KEYS[7] high     list  job id
-- KEYS[8] normal   list  job id
-- KEYS[9] low      list  job id
-- KEYS[10] unique  hash  rule, type and unique key -> job id
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] job id
-- Returns {DONE} | {NOT_APPLICABLE} it is not dead | {MISSING} its body is gone | {KEY_TAKEN} another job holds its unique
--   key | {NOT_FOUND}
--   | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n). Atomic; safe to repeat.
local jobs, track, leases, dead, bell, meta = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local lane_keys = {h = KEYS[7], n = KEYS[8], l = KEYS[9]}
local unique, id = KEYS[10], ARGV[2]
--- include clock, header, track, bell, unique, holding, layout

redis.call('ZCARD', dead)
redis.call('LLEN', bell)
redis.call('HLEN', unique)
for _, key in pairs(lane_keys) do
  redis.call('LLEN', key)
end
local marks = redis.call('HMGET', meta, 'paused', 'layout')
local paused, layout = marks[1], marks[2]
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
local t = read_track(redis.call('HGET', track, id))
local has_body = redis.call('HEXISTS', jobs, id) == 1
if not t then
  return {has_body and 'NOT_APPLICABLE' or 'NOT_FOUND'}
elseif t.state ~= 'd' then
  return {'NOT_APPLICABLE'}
elseif not has_body then
  return {'MISSING'}
end
-- A rule that holds its key until the end holds it again.
local uniq = unique_of(t.rest)
local field = string.find(uniq, '^[fl]') and unique_field(t.type, uniq)
local holder = field and holder_of(field)
if holder and holder ~= id and holds('f', holder) then
  return {'KEY_TAKEN'}
end
redis.call('ZREM', leases, '')
t.state, t.reason, t.at = 'q', 'REDRIVEN', int(now)
t.failures, t.misses, t.crashes, t.snoozes = 0, 0, 0, 0
t.token, t.cancel, t.missed, t.due = '', '', '', int(now)
redis.call('HSET', track, id, write_track(t))
if field then
  redis.call('HSET', unique, field, id)
end
redis.call('ZREM', dead, id)
redis.call('RPUSH', lane_keys[t.lane], id)
ring(bell, paused)
return {'DONE'}
