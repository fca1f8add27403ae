-- limit.lua: sets, takes back or reads the limits of a queue, and pauses job types.
-- KEYS[1] meta    hash  settings and marks of the queue
-- KEYS[2] bell    list  at most one token
-- KEYS[3] leases  zset  job id -> lease end, epoch ms
-- KEYS[4] track   hash  job id -> record
-- KEYS[5] limits  hash  scope -> what is set for it
-- KEYS[6] holders zset  scope and job id -> 0
-- KEYS[7] wakes   zset  scope -> when to look at it, epoch ms
-- KEYS[8] rates   hash  scope -> where its rate stands
-- KEYS[9] parked  zset  scope, rank, number, lane and job id -> 0
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] act: "set", "clear", "pause", "resume" or "read"
-- ARGV[3] scope: q the queue, t:<type>, k each limit key, k:<limit key>; "" to read
-- ARGV[4] to set: most or "", permits or "", period in us or "", burst or "", ordered 0|1, between tabs; else ""
-- Returns {DONE} | {LIMITS, then scope and setting of each: as set, and paused 0|1} | {OTHER_LAYOUT, stored, known}
-- Cost: O(n log n) to set or to take back, n = active jobs and those whose turn it is in an ordered key; O(1) else, O(limits) to read. Atomic; safe to repeat.
local meta, bell, leases, track = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local limits, holders, wakes, rates, parked = KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local act, scope, setting = ARGV[2], ARGV[3], ARGV[4]
local NOTHING, PIECE = '\t\t\t\t0', 1000
--- include clock, header, track, bell, layout

if act == 'read' then
  local reply = {'LIMITS'}
  for n, part in ipairs(redis.call('HGETALL', limits)) do
    reply[n + 1] = part
  end
  return reply
end
local marks = redis.call('HMGET', meta, 'paused', 'layout')
local paused, layout = marks[1], marks[2]
redis.call('LLEN', bell)
redis.call('HLEN', track)
redis.call('ZCARD', holders)
redis.call('ZCARD', wakes)
redis.call('HLEN', rates)
local lined = redis.call('ZCARD', parked) > 0
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
local old, type_paused = string.match(redis.call('HGET', limits, scope) or '', '^(.*)\t(%d)$')
old, type_paused = old or NOTHING, type_paused or '0'
redis.call('ZREM', leases, '')

-- Of which scope it is, if a job's place in it is counted by what is set here; nil if it is not.
local function counted_in(t)
  local key = limit_key_of(t.rest)
  if scope == 't:' .. t.type then
    return scope
  elseif key ~= '' and (scope == 'k:' .. key or scope == 'k' and redis.call('HEXISTS', limits, 'k:' .. key) == 0) then
    return 'k:' .. key
  end
  return nil
end

-- Those that are active take places in it, as if they had been claimed under it.
local function count_active()
  for from = 0, redis.call('ZCARD', leases) - 1, PIECE do
    local ids, members = redis.call('ZRANGE', leases, from, from + PIECE - 1), {}
    local records = redis.call('HMGET', track, unpack(ids))
    for n, id in ipairs(ids) do
      local t = read_track(records[n])
      local name = t and t.state == 'a' and counted_in(t)
      if name then
        members[#members + 1] = '0'
        members[#members + 1] = name .. '\0' .. id
      end
    end
    if #members > 0 then
      redis.call('ZADD', holders, unpack(members))
    end
  end
end

-- Those of a scope that nothing counts any more.
local function forget_holders()
  if scope ~= 'k' then
    redis.call('ZREMRANGEBYLEX', holders, '[' .. scope .. '\0', '(' .. scope .. '\1')
    return
  end
  for _, member in ipairs(redis.call('ZRANGEBYLEX', holders, '[k:', '(k;')) do
    if redis.call('HEXISTS', limits, string.match(member, '^%Z*')) == 0 then
      redis.call('ZREM', holders, member)
    end
  end
end

if act == 'pause' or act == 'resume' then
  setting, type_paused = old, act == 'pause' and '1' or '0'
elseif act == 'clear' then
  setting = NOTHING
end
if setting == NOTHING and type_paused == '0' then
  redis.call('HDEL', limits, scope)
else
  redis.call('HSET', limits, scope, setting .. '\t' .. type_paused)
  redis.call('HSET', meta, 'limits', '1')
end
local counts = string.match(setting, '^%d')
local ordered = string.match(setting, '\t1$')
if act == 'clear' or act == 'set' and not (ordered and string.match(old, '\t1$')) then
  forget_holders() -- a turn that waits is no place, and the other way round
end
if counts and act == 'set' then
  count_active()
elseif act == 'clear' and string.sub(scope, 1, 2) == 'k:' and string.find(redis.call('HGET', limits, 'k') or '', '^%d') then
  count_active() -- by what is set for each key
end
if act == 'clear' then
  -- What a rate has used up ends with it; a back-off does not.
  local resume = string.match(redis.call('HGET', rates, scope) or '', '\t(%d+)$')
  if resume then
    redis.call('HSET', rates, scope, '0\t' .. resume)
  end
end
if scope ~= 'q' and lined then
  -- A turn looks at who is parked there. Of all keys it looks at one after the other.
  redis.call('ZADD', wakes, now_text, scope == 'k' and 'walk\t' or scope)
end
ring(bell, paused)
return {'DONE'}
