-- pause.lua: stops or resumes claiming from a queue.
-- KEYS[1] meta     hash  settings and marks of the queue
-- KEYS[2] bell     list  at most one token
-- KEYS[3] leases   zset  job id -> lease end (only for the command that frees)
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] "1" to pause, "0" to resume
-- Returns {DONE} | {OTHER_LAYOUT, stored, known}
-- Cost: O(1). Atomic; safe to repeat.
--- include clock, bell, layout
local meta, bell, leases = KEYS[1], KEYS[2], KEYS[3]
redis.call('LLEN', bell)
local layout = redis.call('HGET', meta, 'layout')
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
redis.call('ZREM', leases, '')
if ARGV[2] == '1' then
  redis.call('HSET', meta, 'paused', int(now))
else
  redis.call('HDEL', meta, 'paused')
  ring(bell, false)
end
return {'DONE'}
