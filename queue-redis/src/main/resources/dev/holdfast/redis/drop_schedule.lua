-- drop_schedule.lua: removes a schedule if it stands as the caller read it.
-- KEYS[1] schedules hash  schedule name -> where it stands
-- KEYS[2] plans    hash  schedule name -> its definition
-- KEYS[3] ticks    zset  schedule name -> when to look at it
-- KEYS[4] roster   zset  schedule name -> 0
-- KEYS[5] meta     hash  settings and marks of the queue
-- ARGV[1] now, epoch ms; "" means the server's TIME (not read here)
-- ARGV[2] schedule name   ARGV[3] its revision as read
-- Returns {DONE} | {STALE} it is gone, or has another revision | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n), n = schedules of the queue. Atomic; a repeat is STALE.
--- include layout
local schedules, plans, ticks, roster, meta = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local name, revision = ARGV[2], ARGV[3]

redis.call('HLEN', plans)
redis.call('ZCARD', ticks)
redis.call('ZCARD', roster)
local layout = redis.call('HGET', meta, 'layout')
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
local record = redis.call('HGET', schedules, name)
if not record or string.match(record, '^[^\t]*') ~= revision then
  return {'STALE'}
end
redis.call('ZREM', ticks, name)
redis.call('ZREM', roster, name)
redis.call('HDEL', schedules, name)
redis.call('HDEL', plans, name)
return {'DONE'}
