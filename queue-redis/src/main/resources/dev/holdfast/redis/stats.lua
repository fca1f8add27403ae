-- stats.lua: counts a queue's jobs.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] due      zset  lane and job id -> due time, epoch ms
-- KEYS[4] leases   zset  job id -> lease end
-- KEYS[5] dead     zset  job id -> keep until
-- KEYS[6] done     zset  job id -> keep until
-- KEYS[7] skip     hash  lane:job id -> entries to ignore
-- KEYS[8] meta     hash  settings and marks of the queue
-- KEYS[9] high     list  job id
-- KEYS[10] normal  list  job id
-- KEYS[11] low     list  job id
-- KEYS[12] suspect list  job id
-- KEYS[13] parked  zset  scope, rank, number, lane and job id -> 0
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- Returns {STATS, now, ready, scheduled or waiting, parked, active, dead, done, paused 0|1, next due or "", then three a
--   lane with jobs: first id, its record or "", its header line or ""}
-- Cost: O(1), and at most 1,000 entries to ignore. Reads only.
--- include clock, header, track
local jobs, track, due, leases, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local done, skip, meta, parked = KEYS[6], KEYS[7], KEYS[8], KEYS[13]
local lanes = {{'h', KEYS[9]}, {'n', KEYS[10]}, {'l', KEYS[11]}, {'s', KEYS[12]}}
local PEEK = 25
--- include skip
local skips = redis.call('HLEN', skip)
local ready, heads = 0, {}
for _, lane in ipairs(lanes) do
  ready = ready + redis.call('LLEN', lane[2])
  -- The first entry that counts; only more than PEEK ignored ones in a row hide what is behind them.
  for _, id in ipairs(redis.call('LRANGE', lane[2], 0, skips > 0 and PEEK - 1 or 0)) do
    if skips == 0 or not skip_field(lane[1], id) then
      heads[#heads + 1] = id
      heads[#heads + 1] = redis.call('HGET', track, id) or ''
      heads[#heads + 1] = string.match(redis.call('HGET', jobs, id) or '', '^[^\n]*\n') or ''
      break
    end
  end
end
-- A job that left a lane twice is counted twice there; past a thousand such fields one each will do.
if skips > 0 and skips <= 1000 then
  for _, count in ipairs(redis.call('HVALS', skip)) do
    ready = ready - tonumber(count)
  end
else
  ready = ready - skips
end
ready = math.max(0, ready)
return {'STATS', int(now), ready, redis.call('ZCARD', due), redis.call('ZCARD', parked),
    redis.call('ZCARD', leases), redis.call('ZCARD', dead), redis.call('ZCARD', done), redis.call('HGET', meta, 'paused') and 1 or 0,
    redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2] or '', unpack(heads)}
