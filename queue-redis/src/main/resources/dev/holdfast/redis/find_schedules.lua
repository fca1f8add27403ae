-- find_schedules.lua: reads schedules by name, or a page of those of a queue.
-- KEYS[1] schedules hash  schedule name -> where it stands
-- KEYS[2] plans    hash  schedule name -> its definition
-- KEYS[3] roster   zset  schedule name -> 0
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] most of a page, at most 200; 0 reads the named ones   ARGV[3] the last name of the page before, or ""
-- ARGV[4] names, a tab after each, up to 100
-- Returns {FOUND, now, more 0|1, then three a schedule: name, where it stands, definition}
-- Cost: O(log n), and a page, at most 200 schedules or 1 MiB but always one. Reads only.
--- include clock
local schedules, plans, roster = KEYS[1], KEYS[2], KEYS[3]
local most, after = tonumber(ARGV[2]), ARGV[3]
local MOST_BYTES = 1048576

local names = {}
if most > 0 then
  names = redis.call('ZRANGEBYLEX', roster, after == '' and '-' or '(' .. after, '+', 'LIMIT', 0, most + 1)
else
  for name in string.gmatch(ARGV[4], '[^\t]+') do
    names[#names + 1] = name
  end
  most = #names
end
local reply, bytes = {'FOUND', now_text, 0}, 0
for i, name in ipairs(names) do
  if i > most then
    reply[3] = 1
    break
  end
  local record = redis.call('HGET', schedules, name)
  if record then
    local definition = redis.call('HGET', plans, name) or ''
    bytes = bytes + #record + #definition
    if bytes > MOST_BYTES and #reply > 3 then
      reply[3] = 1
      break
    end
    local n = #reply
    reply[n + 1], reply[n + 2], reply[n + 3] = name, record, definition
  end
end
return reply
