-- bound.lua: sets, takes back or reads how many jobs a queue may hold.
-- KEYS[1] meta     hash  settings and marks of the queue
-- KEYS[2] leases   zset  job id -> lease end (only for the command that frees)
-- ARGV[1] now, epoch ms; "" means the server's TIME (not read here)
-- ARGV[2] the bound; "none" takes it back; "" only reads it
-- Returns {BOUND, the bound or ""} | {OTHER_LAYOUT, stored, known}
-- Cost: O(1). Atomic; safe to repeat.
--- include layout
local meta, leases, bound = KEYS[1], KEYS[2], ARGV[2]
local marks = redis.call('HMGET', meta, 'bound', 'layout')
if bound == '' then
  return {'BOUND', marks[1] or ''}
elseif foreign(marks[2]) then
  return {'OTHER_LAYOUT', marks[2], LAYOUT}
end
redis.call('ZREM', leases, '')
if bound == 'none' then
  redis.call('HDEL', meta, 'bound')
  return {'BOUND', ''}
end
redis.call('HSET', meta, 'bound', bound)
return {'BOUND', bound}
