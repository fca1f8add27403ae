-- clock.lua: the instant everything in a script is judged by. Read once.
-- Gives: now_us, now (ms, whole), now_text (now as it is stored), int(number). Takes ARGV[1]: epoch ms; "" means the server's TIME.
local now_us
if ARGV[1] == '' then
  local time = redis.call('TIME')
  now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])
else
  now_us = tonumber(ARGV[1]) * 1000
end
local now = math.floor(now_us / 1000)

-- Whole numbers up to 2^53, without the exponent tostring would give. Ten times as fast as %.0f.
local function int(n)
  return string.format('%d', n)
end
local now_text = int(now)
