-- ring.lua: puts back a token that its taker cannot use.
-- KEYS[1] bell     list  at most one token
-- KEYS[2] meta     hash  settings and marks of the queue
-- ARGV[1] now, epoch ms; "" means the server's TIME (not read here)
-- Returns {DONE}
-- Cost: O(1). Atomic; safe to repeat.
--- include bell
local bell, meta = KEYS[1], KEYS[2]
local paused = redis.call('HGET', meta, 'paused')
-- A command that frees comes first, so that a full Redis lets the token through.
redis.call('LTRIM', bell, 0, 0)
ring(bell, paused)
return {'DONE'}
