-- bell.lua: wakes one idle worker. Gives: ring(bell key, paused).
-- The list holds one token at most: more would only wake workers for nothing.
local function ring(bell, paused)
  if not paused and redis.call('LLEN', bell) == 0 then
    redis.call('RPUSH', bell, '1')
  end
end
