-- open.lua: checks that a queue's keys are ours and of a layout we know, and marks a new queue.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] notes    hash  job id:kind -> note
-- KEYS[4] leases   zset  job id -> lease end
-- KEYS[5] due      zset  lane and job id -> due time
-- KEYS[6] dead     zset  job id -> keep until
-- KEYS[7] done     zset  job id -> keep until
-- KEYS[8] skip     hash  lane:job id -> entries to ignore
-- KEYS[9] ops      hash  caller -> last number
-- KEYS[10] seen    zset  caller -> last seen
-- KEYS[11] workers zset  consumer -> last tidied
-- KEYS[12] bell    list  at most one token
-- KEYS[13] meta    hash  settings and marks of the queue
-- KEYS[14] high    list  job id
-- KEYS[15] normal  list  job id
-- KEYS[16] low     list  job id
-- KEYS[17] suspect list  job id
-- KEYS[18] idem    hash  idempotency key -> end and job id
-- KEYS[19] ends    zset  idempotency key -> end
-- KEYS[20] unique  hash  rule, type and unique key -> job id
-- KEYS[21] schedules hash  schedule name -> where it stands
-- KEYS[22] plans   hash  schedule name -> its definition
-- KEYS[23] ticks   zset  schedule name -> when to look at it
-- KEYS[24] roster  zset  schedule name -> 0
-- KEYS[25] limits  hash  scope -> what is set for it
-- KEYS[26] rates   hash  scope -> where its rate stands
-- KEYS[27] holders zset  scope and job id -> 0
-- KEYS[28] parked  zset  scope, rank, number, lane and job id -> 0
-- KEYS[29] seats   hash  job id -> its member of parked
-- KEYS[30] wakes   zset  scope -> when to look at it
-- KEYS[31] journal hash  job id -> how its journal stands; and its entries, messages and subjects
-- KEYS[32] listeners zset  subject and job id -> 0
-- KEYS[33] ended   zset  parent, job id and how it ended -> when
-- ARGV[1] now, epoch ms; "" means the server's TIME (not read here)
-- Returns {OPEN} | {WRONG_TYPE, key, type found} | {OTHER_LAYOUT, stored, known}
-- Cost: O(1). Writes only when the queue is new; safe to repeat.
--- include layout
local types = {'hash', 'hash', 'hash', 'zset', 'zset', 'zset', 'zset', 'hash', 'hash', 'zset', 'zset',
    'list', 'hash', 'list', 'list', 'list', 'list', 'hash', 'zset', 'hash', 'hash', 'hash', 'zset', 'zset',
    'hash', 'hash', 'zset', 'zset', 'hash', 'zset', 'hash', 'zset', 'zset'}
for i, key in ipairs(KEYS) do
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= types[i] then
    return {'WRONG_TYPE', key, found}
  end
end
local meta = KEYS[13]
local layout = redis.call('HGET', meta, 'layout')
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
redis.call('ZREM', KEYS[4], '')
if not layout then
  redis.call('HSET', meta, 'layout', LAYOUT)
end
return {'OPEN'}
