-- enlist.lua: remembers that a queue has schedules, and tells which queues have.
-- KEYS[1] queues   zset  queue name -> since when it has schedules, epoch ms
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] queue name; "" only tells
-- Returns {QUEUES, then their names}
-- Cost: O(n), n = queues with schedules, at most 5,000. Atomic; safe to repeat.
--- include clock
local queues, name = KEYS[1], ARGV[2]
local MOST = 5000
if name ~= '' and not redis.call('ZSCORE', queues, name) then
  redis.call('ZREM', queues, '')
  redis.call('ZADD', queues, now_text, name)
end
return {'QUEUES', unpack(redis.call('ZRANGE', queues, 0, MOST - 1))}
