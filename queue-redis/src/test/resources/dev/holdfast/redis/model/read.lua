-- read.lua: every key of a queue with its type and content, for the model check. A server of its own: it uses KEYS.
-- ARGV[1] what the keys begin with
-- Returns one list a key: its name without prefix, its type, and what it holds
local reply = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  local type = redis.call('TYPE', key).ok
  local items = {}
  if type == 'list' then
    items = redis.call('LRANGE', key, 0, -1)
  elseif type == 'hash' then
    items = redis.call('HGETALL', key)
  elseif type == 'zset' then
    items = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  end
  reply[#reply + 1] = {string.sub(key, #ARGV[1] + 1), type, items}
end
return reply
