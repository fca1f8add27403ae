-- told.lua: forgets ends of jobs whose parents were told.
-- KEYS[1] ended    zset  parent, job id and how it ended -> when, epoch us
-- ARGV[1] now, epoch ms; "" means the server's TIME (not read here)
-- ARGV[2..] two an end: parent, job id, claims, state (s d c) and reason between tabs; text or ""
-- Returns {DONE}
-- Cost: O(log n) an end, at most 100. Atomic; safe to repeat.
local ended = KEYS[1]
for i = 2, #ARGV, 2 do
  redis.call('ZREM', ended, ARGV[i] .. '\n' .. ARGV[i + 1])
end
return {'DONE'}
