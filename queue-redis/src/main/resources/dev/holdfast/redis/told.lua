-- told.lua: forgets ends of jobs whose parents were told.
-- KEYS[1] ended    zset  parent, job id and how it ended -> when, epoch us
-- KEYS[2] meta     hash  settings and marks of the queue
-- ARGV[1] now, epoch ms; "" means the server's TIME (not read here)
-- ARGV[2..] two an end: parent, job id, claims, state (s d c) and reason between tabs; text or ""
-- Returns {DONE} | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n) an end, at most 100. Atomic; safe to repeat.
--- include layout
local ended, meta = KEYS[1], KEYS[2]
local layout = redis.call('HGET', meta, 'layout')
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
for i = 2, #ARGV, 2 do
  redis.call('ZREM', ended, ARGV[i] .. '\n' .. ARGV[i + 1])
end
return {'DONE'}
