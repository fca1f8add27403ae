-- purge.lua: removes up to 100 waiting jobs of a queue, ready ones first, then parked ones.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] notes    hash  job id:kind -> note
-- KEYS[4] due      zset  lane and job id -> due time
-- KEYS[5] skip     hash  lane:job id -> entries to ignore
-- KEYS[6] high     list  job id
-- KEYS[7] normal   list  job id
-- KEYS[8] low      list  job id
-- KEYS[9] suspect  list  job id
-- KEYS[10] meta    hash  settings and marks of the queue
-- KEYS[11] unique  hash  rule, type and unique key -> job id
-- KEYS[12] limits  hash  scope -> what is set for it
-- KEYS[13] rates   hash  scope -> where its rate stands
-- KEYS[14] holders zset  scope and job id -> 0
-- KEYS[15] parked  zset  scope, rank, number, lane and job id -> 0
-- KEYS[16] seats   hash  job id -> its member of parked
-- KEYS[17] wakes   zset  scope -> when to look at it, epoch ms
-- KEYS[18] bell    list  at most one token
-- KEYS[19] journal hash  job id -> how its journal stands; and its entries, messages and subjects
-- KEYS[20] listeners zset  subject and job id -> 0
-- KEYS[21] ended   zset  parent, job id and how it ended -> when, epoch us
-- KEYS[22] done    zset  job id -> keep until, epoch ms
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- Returns {PURGED, jobs removed, more 0|1} | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n) a job, at most 200 entries looked at; in a queue with unique keys, limits or
--   parents bodies are read, too; and up to 2,000 fields of journals, what is left of those goes with retention. Atomic; repeat until more is 0.
local jobs, track, notes, due, skip = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local meta, unique = KEYS[10], KEYS[11]
local limits, rates, holders, parked, seats, wakes = KEYS[12], KEYS[13], KEYS[14], KEYS[15], KEYS[16], KEYS[17]
local bell = KEYS[18]
local journal, listeners, ended, done = KEYS[19], KEYS[20], KEYS[21], KEYS[22]
local lane_keys = {h = KEYS[6], n = KEYS[7], l = KEYS[8], s = KEYS[9]}
local lanes = {{'h', KEYS[6]}, {'n', KEYS[7]}, {'l', KEYS[8]}, {'s', KEYS[9]}}
local MOST = 100
local PARKED = '^%Z*%z' .. string.rep('%d', 17) .. '%l(' .. string.rep('%w', 26) .. ')' -- the job of a member
local marks = redis.call('HMGET', meta, 'layout', 'unique', 'paused', 'limits', 'runs', 'ties')
local layout, uniques, paused, limited, runs, ties = marks[1], marks[2], marks[3], marks[4], marks[5], marks[6]
--- include clock, header, track, bell, limiting, unique, journaling, telling, layout, skip

-- Reads before the first write: each fails here, with nothing written, if its key is none of ours.
redis.call('HLEN', jobs)
redis.call('HLEN', track)
redis.call('HLEN', notes)
redis.call('ZCARD', due)
redis.call('HLEN', unique)
redis.call('LLEN', bell)
if limited then
  limiting() -- which reads its keys
end
if runs then
  redis.call('HLEN', journal)
  redis.call('ZCARD', listeners)
  redis.call('ZCARD', done)
end
if ties then
  redis.call('ZCARD', ended)
end
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
local gone, looked = {}, 0
local skips = redis.call('HLEN', skip)
for _, lane in ipairs(lanes) do
  redis.call('LLEN', lane[2])
end
for _, lane in ipairs(lanes) do
  while #gone < MOST and looked < 2 * MOST do
    local id = redis.call('LPOP', lane[2])
    if not id then
      break
    end
    looked = looked + 1
    local field = skips > 0 and skip_field(lane[1], id)
    if field then
      if redis.call('HINCRBY', skip, field, -1) <= 0 then
        redis.call('HDEL', skip, field)
        skips = skips - 1
      end
    else
      local t = read_track(redis.call('HGET', track, id))
      if not t or t.state == 'q' then
        gone[#gone + 1] = id
        if limited then
          limiting().leave_line(id) -- one that was let go has its number still
        end
      end
    end
  end
end
if limited and #gone < MOST and looked < 2 * MOST then
  for _, member in ipairs(redis.call('ZRANGE', parked, 0, MOST - #gone - 1)) do
    local id = string.match(member, PARKED)
    if id then
      gone[#gone + 1] = id
      limiting().leave_line(id)
    else
      redis.call('ZREM', parked, member)
    end
  end
end
if #gone < MOST and looked < 2 * MOST then
  for _, member in ipairs(redis.call('ZRANGE', due, 0, MOST - #gone - 1)) do
    redis.call('ZREM', due, member)
    gone[#gone + 1] = string.sub(member, 2)
  end
end
for _, id in ipairs(gone) do
  if uniques or limited or ties then
    local _, type, _, _, uniq, key, _, parent = header(redis.call('HGET', jobs, id) or '')
    if type then
      let_go(id, type, uniq)
    end
    if type and limited then
      limiting().vacate(id, type, key, true)
    end
    if type and ties and parent ~= '' then
      local t = read_track(redis.call('HGET', track, id))
      tell_end(id, parent, t and t.claims or 0, 'c', 'CANCELLED_ON_REQUEST', t and t.reason)
    end
  end
  redis.call('HDEL', jobs, id)
  redis.call('HDEL', track, id)
  redis.call('HDEL', notes, id .. ':p', id .. ':c', id .. ':o', id .. ':r', id .. ':e', id .. ':l')
end
flush_unique()
flush_told()
if runs and #gone > 0 then
  for n = journals().drop(gone) + 1, #gone do
    redis.call('ZADD', done, '0', gone[n])
  end
end
write_limits()
if has_let_go + has_told > 0 then
  ring(bell, paused)
end
return {'PURGED', #gone, (#gone >= MOST or looked >= 2 * MOST) and 1 or 0}
