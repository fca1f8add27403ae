-- move.lua: changes when or in which lane a waiting job runs.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] leases   zset  job id -> lease end (only for the command that frees)
-- KEYS[4] due      zset  lane and job id -> due time, epoch ms
-- KEYS[5] skip     hash  lane:job id -> entries to ignore
-- KEYS[6] bell     list  at most one token
-- KEYS[7] meta     hash  settings and marks of the queue
-- KEYS[8] high     list  job id
-- KEYS[9] normal   list  job id
-- KEYS[10] low     list  job id
-- KEYS[11] suspect list  job id
-- KEYS[12] limits  hash  scope -> what is set for it
-- KEYS[13] rates   hash  scope -> where its rate stands
-- KEYS[14] holders zset  scope and job id -> 0
-- KEYS[15] parked  zset  scope, rank, number, lane and job id -> 0
-- KEYS[16] seats   hash  job id -> its member of parked
-- KEYS[17] wakes   zset  scope -> when to look at it, epoch ms
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] job id   ARGV[3] act: "now", "at" or "lane"   ARGV[4] "" | epoch ms | lane (h n l)
-- Returns {DONE} | {NOT_APPLICABLE} "now" and it is ready already, or it cannot be read | {ACTIVE} it runs, and is left as
--   it is | {ON_RETURN} it runs, and has a new home lane | {ENDED} | {NOT_FOUND} | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n). Atomic; safe to repeat.
local jobs, track, leases, due, skip = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local bell, meta = KEYS[6], KEYS[7]
local lane_keys = {h = KEYS[8], n = KEYS[9], l = KEYS[10], s = KEYS[11]}
local limits, rates, holders, parked, seats, wakes = KEYS[12], KEYS[13], KEYS[14], KEYS[15], KEYS[16], KEYS[17]
local id, act, value = ARGV[2], ARGV[3], ARGV[4]
local marks = redis.call('HMGET', meta, 'paused', 'layout', 'limits')
local paused, layout, limited = marks[1], marks[2], marks[3]
--- include clock, header, track, bell, layout, limiting

redis.call('HLEN', skip)
redis.call('LLEN', bell)
if limited then
  limiting() -- which reads its keys
end
for _, key in pairs(lane_keys) do
  redis.call('LLEN', key)
end
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
local first = tonumber(redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2])
local record = redis.call('HGET', track, id)
local t = read_track(record)
local body = redis.call('HGET', jobs, id)
if t and t.state == 'a' and act == 'lane' then
  -- Where it is does not change; where it goes should it come back does.
  redis.call('ZREM', leases, '')
  t.lane = value
  redis.call('HSET', track, id, write_track(t))
  return {'ON_RETURN'}
elseif t and t.state == 'a' then
  return {'ACTIVE'}
elseif t and t.state ~= 'q' then
  return {'ENDED'}
elseif not body then
  return {'NOT_FOUND'}
end
local fresh = not t
if fresh then
  local lane, type, _, idem, uniq, key, _, parent = header(body)
  if record or not lane then
    -- Nobody can tell which lane it is in; the next claim buries it, or makes its record anew.
    return {'NOT_APPLICABLE'}
  end
  t = new_track(lane, type, '', idem, uniq, key, parent)
end
local lane = lane_of(t)
local score = redis.call('ZSCORE', due, lane .. id)
local is_parked = limited and not score and string.find(redis.call('HGET', seats, id) or '', '%z')
if act == 'now' and not score then
  return {'NOT_APPLICABLE'}
end
redis.call('ZREM', leases, '')
-- An entry left behind in a lane counts again, at its old place, instead of a second one beside it.
local function join(to)
  local field = to .. ':' .. id
  if redis.call('HEXISTS', skip, field) == 1 then
    if redis.call('HINCRBY', skip, field, -1) <= 0 then
      redis.call('HDEL', skip, field)
    end
  else
    redis.call('RPUSH', lane_keys[to], id)
  end
end
local function leave()
  if score then
    redis.call('ZREM', due, lane .. id)
  elseif is_parked then
    limiting().leave_line(id)
  else
    redis.call('HINCRBY', skip, lane .. ':' .. id, 1)
  end
end
if act == 'lane' then
  t.lane = value
  local to = lane_of(t)
  if is_parked then
    limiting().change_lane(id, to)
  elseif to ~= lane then
    leave()
    if score then
      redis.call('ZADD', due, score, to .. id)
    else
      join(to)
      ring(bell, paused)
    end
  end
else
  local at = act == 'now' and now or tonumber(value)
  -- What is parked is ready, and stays where it is unless it is to wait for an instant.
  if at > now or not is_parked then
    leave()
  end
  if at > now and limited then
    limiting().leave_line(id) -- one that was let go has its number still
    limiting().vacate(id, t.type, limit_key_of(t.rest), true)
  end
  t.due = int(math.max(at, now))
  if at <= now and is_parked then
    ring(bell, paused)
  elseif at <= now then
    join(lane)
    ring(bell, paused)
  else
    redis.call('ZADD', due, int(at), lane .. id)
    if not first or at < first then
      ring(bell, paused)
    end
  end
end
if fresh and t.due == '' and score then
  t.due = score
end
redis.call('HSET', track, id, write_track(t))
write_limits()
if has_let_go > 0 then
  ring(bell, paused)
end
return {'DONE'}
