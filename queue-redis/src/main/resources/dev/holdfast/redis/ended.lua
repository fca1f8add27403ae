-- ended.lua: reads the ends of jobs whose parents have not been told, the oldest first.
-- KEYS[1] ended    zset  parent, job id and how it ended -> when, epoch us
-- ARGV[1] now, epoch ms; "" means the server's TIME (not read here)
-- Returns {ENDS, then each end: parent, job id, claims, state (s d c) and reason between tabs, a line feed, the text}
-- Cost: O(log n), and at most 100 ends or 1 MiB, at least one. Reads only.
local ended = KEYS[1]
local MOST, PIECE, MOST_BYTES = 100, 10, 1048576
local reply, bytes = {'ENDS'}, 0
for from = 0, MOST - 1, PIECE do
  local ends = redis.call('ZRANGE', ended, from, from + PIECE - 1)
  for _, one in ipairs(ends) do
    if bytes > 0 and bytes + #one > MOST_BYTES then
      return reply
    end
    bytes = bytes + #one
    reply[#reply + 1] = one
  end
  if #ends < PIECE then
    break
  end
end
return reply
