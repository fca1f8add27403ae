-- deliver.lua: sends one run a message, and makes it ready if that is what it waited for.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] due      zset  lane and job id -> due time, epoch ms
-- KEYS[4] journal  hash  job id -> how its journal stands; and its entries, messages and subjects
-- KEYS[5] bell     list  at most one token
-- KEYS[6] meta     hash  settings and marks of the queue
-- KEYS[7] high     list  job id
-- KEYS[8] normal   list  job id
-- KEYS[9] low      list  job id
-- KEYS[10] suspect list  job id
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] job id   ARGV[3] message id   ARGV[4] the message
-- Returns {DELIVERED} | {ALREADY} there is one of this id | {FULL} it was dropped | {NOT_FOUND} not known, or ended
--   | {DAMAGED} the journal cannot be read | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n) and the message. Atomic; safe to repeat.
local jobs, track, due, journal, bell, meta = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local lane_keys = {h = KEYS[7], n = KEYS[8], l = KEYS[9], s = KEYS[10]}
--- include clock, header, track, bell, layout, journaling, mail

local marks = redis.call('HMGET', meta, 'paused', 'layout')
local paused, layout = marks[1], marks[2]
local tokens = redis.call('LLEN', bell)
redis.call('ZCARD', due)
redis.call('HLEN', jobs)
for _, key in pairs(lane_keys) do
  redis.call('LLEN', key)
end
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
local verdict, to = address(ARGV[2], ARGV[3], ARGV[4])
if verdict == 'ALREADY' then
  return {'ALREADY'}
elseif verdict == 'FULL' then
  return {'FULL'}
elseif verdict == 'DAMAGED' then
  return {'DAMAGED'}
elseif not to then
  return {'NOT_FOUND'}
end
-- The first write is one that grows: a Redis out of memory refuses it, and with it the whole call.
redis.call('HSET', meta, 'runs', '1')
if hand_over(to) then
  ring(bell, paused, tokens)
end
return {'DELIVERED'}
