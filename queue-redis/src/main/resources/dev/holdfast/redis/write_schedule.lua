-- write_schedule.lua: writes a schedule if it stands as the caller read it.
-- KEYS[1] schedules hash  schedule name -> where it stands
-- KEYS[2] plans    hash  schedule name -> its definition
-- KEYS[3] ticks    zset  schedule name -> when to look at it, epoch ms
-- KEYS[4] roster   zset  schedule name -> 0
-- KEYS[5] meta     hash  settings and marks of the queue
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] schedule name   ARGV[3] its revision as read; "" if there was none   ARGV[4] the new revision   ARGV[5] owner
-- ARGV[6] "1" if it is paused   ARGV[7] its next tick: "=" as it is, "" none is left, else epoch ms
-- ARGV[8] when to look at it, epoch ms, if there is a next tick   ARGV[9] its next tick as read, or ""
-- ARGV[10] the new definition; "" as it is
-- Returns {DONE} | {STALE} it stands otherwise; nothing was changed | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n), n = schedules of the queue. Atomic; a repeat is STALE.
--- include clock, layout, schedule
local schedules, plans, ticks, roster, meta = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local name, expected, revision, owner, paused = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6] == '1'
local next_tick, look, next_read, definition = ARGV[7], ARGV[8], ARGV[9], ARGV[10]

redis.call('HLEN', plans)
redis.call('ZCARD', ticks)
redis.call('ZCARD', roster)
local layout = redis.call('HGET', meta, 'layout')
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
local record = redis.call('HGET', schedules, name)
local s = read_schedule(record)
if expected == '' then
  if record then
    return {'STALE'}
  end
  s = {revision = '', owner = '', paused = '', next = '', last = '', job = '', waiting = '', fired = 0, missed = 0,
      skipped = 0, last_skipped = '', rest = ''}
elseif not s or s.revision ~= expected or (next_tick ~= '=' and s.next ~= next_read) then
  return {'STALE'}
end
s.revision = revision
s.owner = owner
if not paused then
  s.paused = ''
elseif s.paused == '' then
  s.paused = now_text
end
if next_tick ~= '=' then
  s.next = next_tick
end
-- What waited belongs to the ticks before: neither a pause nor another timing brings it along.
if s.waiting ~= '' and (paused or next_tick ~= '=') then
  s.skipped = s.skipped + 1
  s.last_skipped = s.waiting
  s.waiting = ''
end
-- The first write is one that grows, if there is more to keep: a Redis out of memory refuses it. Pausing frees.
if definition == '' then
  redis.call('ZREM', ticks, '')
else
  redis.call('HSET', plans, name, definition)
end
redis.call('HSET', schedules, name, write_schedule(s))
redis.call('ZADD', roster, 0, name)
if not layout then
  redis.call('HSET', meta, 'layout', LAYOUT)
end
if paused then
  redis.call('ZREM', ticks, name)
elseif next_tick ~= '=' then
  if next_tick == '' then
    redis.call('ZREM', ticks, name)
  else
    redis.call('ZADD', ticks, look, name)
  end
end
return {'DONE'}
