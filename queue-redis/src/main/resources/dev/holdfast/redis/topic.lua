-- topic.lua: adds, removes or reads who subscribes to an event type.
-- KEYS[1] topics   hash  event type -> its subscribers, a line each: name, tab, what is to be done
-- ARGV[1] now, epoch ms; "" means the server's TIME (not read here)
-- ARGV[2] act: "put", "drop" or "read"   ARGV[3] event type   ARGV[4] subscriber's name or ""
-- ARGV[5] what is to be done, or ""
-- Returns {TOPIC, whether the subscriber was there 0|1, the subscribers}
-- Cost: O(subscribers of the event type). Atomic; safe to repeat.
local topics = KEYS[1]
local act, event, name, how = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local lines, was_there = {}, 0
for line in string.gmatch(redis.call('HGET', topics, event) or '', '[^\n]+') do
  if string.sub(line, 1, #name + 1) ~= name .. '\t' then
    lines[#lines + 1] = line
  else
    was_there = 1
    if act == 'read' then
      lines[#lines + 1] = line
    end
  end
end
if act == 'put' then
  lines[#lines + 1] = name .. '\t' .. how
end
local text = table.concat(lines, '\n')
if act == 'drop' and text == '' then
  redis.call('HDEL', topics, event)
elseif act ~= 'read' then
  redis.call('HSET', topics, event, text)
end
return {'TOPIC', was_there, text}
