-- write.lua: makes a queue what it was when it was read, for the model check.
-- ARGV[1] what the keys begin with
-- ARGV[2..] a key: its name without prefix, its type, how many items follow, the items
-- Returns how many keys it wrote
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  redis.call('DEL', key)
end
local i, keys = 2, 0
while i <= #ARGV do
  local key, type, n = ARGV[1] .. ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local first, last = i + 3, i + 2 + n
  if type == 'list' then
    redis.call('RPUSH', key, unpack(ARGV, first, last))
  elseif type == 'hash' then
    redis.call('HSET', key, unpack(ARGV, first, last))
  else
    for k = first, last, 2 do
      redis.call('ZADD', key, ARGV[k + 1], ARGV[k])
    end
  end
  keys = keys + 1
  i = last + 1
end
return keys
