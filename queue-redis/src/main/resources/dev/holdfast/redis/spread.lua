-- spread.lua: sends a message to runs that listen for a subject, and makes those ready that waited for it.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] due      zset  lane and job id -> due time, epoch ms
-- KEYS[4] journal  hash  job id -> how its journal stands; and its entries, messages and subjects
-- KEYS[5] listeners zset  subject and job id -> 0
-- KEYS[6] bell     list  at most one token
-- KEYS[7] meta     hash  settings and marks of the queue
-- KEYS[8] high     list  job id
-- KEYS[9] normal   list  job id
-- KEYS[10] low     list  job id
-- KEYS[11] suspect list  job id
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] subject   ARGV[3] message id   ARGV[4] the message   ARGV[5] job id after which it goes on; "" to begin
-- Returns {SPREAD, job id to go on after, or "" if those were all} | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n) a run and its message, at most 100 runs or 4 MiB, at least one. Atomic; safe to repeat.
local jobs, track, due, journal, listeners = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local bell, meta = KEYS[6], KEYS[7]
local lane_keys = {h = KEYS[8], n = KEYS[9], l = KEYS[10], s = KEYS[11]}
local subject, name, bytes, after = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local MOST, MOST_BYTES = 100, 4194304
--- include clock, header, track, bell, layout, journaling, mail

local marks = redis.call('HMGET', meta, 'paused', 'layout')
local paused, layout = marks[1], marks[2]
local tokens = redis.call('LLEN', bell)
redis.call('HLEN', jobs)
redis.call('HLEN', track)
redis.call('ZCARD', due)
redis.call('HLEN', journal)
for _, key in pairs(lane_keys) do
  redis.call('LLEN', key)
end
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
local most = math.max(1, math.min(MOST, math.floor(MOST_BYTES / math.max(1, #bytes))))
local from = after == '' and '[' .. subject .. '\0' or '(' .. subject .. '\0' .. after
local members = redis.call('ZRANGEBYLEX', listeners, from, '(' .. subject .. '\1', 'LIMIT', 0, most)
local over, woken = {}, false
for _, member in ipairs(members) do
  local verdict, to = address(string.sub(member, #subject + 2), name, bytes)
  if verdict == 'DELIVERED' then
    -- The first write is one that grows: a Redis out of memory refuses it, and with it the whole call.
    redis.call('HSET', meta, 'runs', '1')
    woken = hand_over(to) or woken
  elseif verdict == 'ENDED' or verdict == 'GONE' then
    over[#over + 1] = member -- it will never listen again
  end
end
if #over > 0 then
  redis.call('ZREM', listeners, unpack(over))
end
if woken then
  ring(bell, paused, tokens)
end
return {'SPREAD', #members == most and string.sub(members[most], #subject + 2) or ''}
