-- due_ticks.lua: tells which schedules are to be looked at, and leaves them to the caller for a while.
-- KEYS[1] ticks    zset  schedule name -> when to look at it, epoch ms
-- KEYS[2] schedules hash  schedule name -> where it stands
-- KEYS[3] jobs     hash  job id -> header line and envelope
-- KEYS[4] track    hash  job id -> record
-- KEYS[5] leases   zset  job id -> lease end
-- KEYS[6] meta     hash  settings and marks of the queue
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] most schedules   ARGV[3] ms for which others are not told of them
-- Returns {TICKS, now, when there is to look at one that is not due yet or "", then three a schedule: name, where it stands, its job runs 0|1}
--   | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n) a schedule. Atomic; a repeat tells of others.
--- include clock, header, track, layout
local ticks, schedules, jobs, track, leases, meta = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
--- include schedule, running
local most, hold = tonumber(ARGV[2]), tonumber(ARGV[3])

local names = redis.call('ZRANGEBYSCORE', ticks, '-inf', now_text, 'LIMIT', 0, most)
-- The next of all others; that those of this call are held until then is nothing to wait for.
local after = redis.call('ZRANGEBYSCORE', ticks, '(' .. now_text, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
local reply = {'TICKS', now_text, after[2] or ''}
if #names > 0 then
  local layout = redis.call('HGET', meta, 'layout')
  if foreign(layout) then
    return {'OTHER_LAYOUT', layout, LAYOUT}
  end
  local held_until, held, gone = int(now + hold), {}, {}
  local records = redis.call('HMGET', schedules, unpack(names))
  for i, name in ipairs(names) do
    local s = read_schedule(records[i])
    if s then
      local n = #reply
      reply[n + 1], reply[n + 2], reply[n + 3] = name, records[i], running(s.job) and 1 or 0
    end
    if records[i] then
      held[#held + 1] = held_until
      held[#held + 1] = name
    else
      gone[#gone + 1] = name
    end
  end
  -- The first write is one that frees: a full Redis goes on.
  redis.call('ZREM', ticks, '', unpack(gone))
  if #held > 0 then
    redis.call('ZADD', ticks, unpack(held))
  end
end
return reply
