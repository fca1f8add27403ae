-- bell.lua: wakes one idle worker. Gives: ring(bell key, paused, tokens).
-- `tokens` is how many the list holds, if the caller knows.
-- The list holds one token at most: more would only wake workers for nothing.
local function ring(bell, paused, tokens)
  if not paused and (tokens or redis.call('LLEN', bell)) == 0 then
    redis.call('RPUSH', bell, '1')
  end
end
