-- leave.lua: a consumer gives up the watch over due times and is forgotten once it holds nothing.
-- KEYS[1] meta     hash  settings and marks of the queue
-- KEYS[2] bell     list  at most one token
-- KEYS[3] workers  zset  consumer -> last tidied
-- KEYS[4] active   list  job id: the consumer's
-- KEYS[5] leases   zset  job id -> lease end (only for the command that frees)
-- ARGV[1] now, epoch ms; "" means the server's TIME (not read here)
-- ARGV[2] consumer
-- Returns {DONE}
-- Cost: O(log n). Atomic; safe to repeat.
--- include bell
local meta, bell, workers, active, leases = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local consumer = ARGV[2]
local marks = redis.call('HMGET', meta, 'watch', 'paused')
redis.call('LLEN', bell)
local empty = redis.call('LLEN', active) == 0
redis.call('ZREM', leases, '')
if empty then
  redis.call('ZREM', workers, consumer)
end
if marks[1] and string.match(marks[1], '^([^\t]*)') == consumer then
  redis.call('HDEL', meta, 'watch')
end
-- Whoever is woken takes the watch, and what this consumer would have claimed.
ring(bell, marks[2])
return {'DONE'}
