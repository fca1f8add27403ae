-- fire.lua: enqueues the jobs of ticks, and moves their schedules on to the next tick.
-- KEYS[1] schedules hash  schedule name -> where it stands
-- KEYS[2] ticks    zset  schedule name -> when to look at it, epoch ms
-- KEYS[3] jobs     hash  job id -> header line and envelope
-- KEYS[4] track    hash  job id -> record
-- KEYS[5] leases   zset  job id -> lease end
-- KEYS[6] dead     zset  job id -> keep until
-- KEYS[7] bell     list  at most one token
-- KEYS[8] meta     hash  settings and marks of the queue
-- KEYS[9] idem     hash  idempotency key -> end and job id
-- KEYS[10] ends    zset  idempotency key -> end, epoch ms
-- KEYS[11] high    list  job id
-- KEYS[12] normal  list  job id
-- KEYS[13] low     list  job id
-- KEYS[14] journal hash  job id -> how its journal stands; and its entries, messages and subjects
-- KEYS[15] listeners zset  subject and job id -> 0
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] the queue's bound, unless one is set in meta   ARGV[3] ms until a tick that waits is looked at again
-- ARGV[4..] four a tick: schedule name, terms, job id or "", body or "". Terms are between tabs: kind (t next tick,
--   w the one that waits, r a run asked for), revision, tick that must stand, tick to fire, while a job runs
--   (f fire, s skip, w wait), missed, following tick, when to look at it, lane, ms the tick is remembered, its key;
--   and what binds its job, as enqueue takes it
-- Returns {FIRED, then one a tick: C<id> fired | K<id> a job was enqueued for it before | O skipped | W waits | M moved on
--   | S stale | G no such schedule | F full} | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n) a tick, at most 100. Each tick wholly or not at all; a repeat is stale, or K.
--- include clock, header, track, bell, layout
local schedules, ticks, jobs, track, leases = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local dead, bell, meta, idem, ends = KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local journal, listeners = KEYS[14], KEYS[15]
local lane_keys = {h = KEYS[11], n = KEYS[12], l = KEYS[13]}
local bound, recheck = tonumber(ARGV[2]), tonumber(ARGV[3])
--- include schedule, running
local TERMS = '^([twr])\t(%w*)\t(%d*)\t(%d*)\t([fsw])\t(%d+)\t(%d*)\t(%d*)\t([hnl])\t(%d+)\t([^\n]*)\n?(.*)$'

-- Reads before the first write: each fails here, with nothing written, if its key is none of ours.
local marks = redis.call('HMGET', meta, 'paused', 'layout', 'bound')
local paused, layout = marks[1], marks[2]
local space = tonumber(marks[3] or bound) - (redis.call('HLEN', jobs) - redis.call('ZCARD', dead))
redis.call('ZCARD', ticks)
redis.call('HLEN', track)
redis.call('ZCARD', leases)
redis.call('HLEN', idem)
redis.call('ZCARD', ends)
local tokens = redis.call('LLEN', bell)
for _, key in pairs(lane_keys) do
  redis.call('LLEN', key)
end
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end

local reply = {'FIRED'}
local states, changed, looks, silent = {}, {}, {}, {}
local bodies, lanes = {}, {h = {}, n = {}, l = {}}
local keys, key_ends, taken, added, ids, tied = {}, {}, {}, 0, {}, {}

local function state(name)
  if states[name] == nil then
    states[name] = read_schedule(redis.call('HGET', schedules, name)) or false
  end
  return states[name]
end

local function runs(key)
  return ids[key] or running(key)
end

-- Enqueues a tick's job: C, K or F.
local function enqueue(id, body, lane, keep, key, ties)
  if key == '' then
    if redis.call('HEXISTS', jobs, id) == 1 or redis.call('HEXISTS', track, id) == 1 then
      return 'K' .. id
    end
  elseif taken[key] then
    return 'K' .. taken[key]
  else
    local until_ms, holder = string.match(redis.call('HGET', idem, key) or '', '^(%d+)\t([^\t]*)')
    if until_ms and tonumber(until_ms) > now then
      return 'K' .. holder
    end
  end
  if added >= space then
    return 'F'
  end
  added = added + 1
  ids[id] = true
  if ties ~= '' then
    tied[#tied + 1] = id
    tied[#tied + 1] = ties
  end
  local n = #bodies
  bodies[n + 1], bodies[n + 2] = id, body
  lanes[lane][#lanes[lane] + 1] = id
  if key ~= '' then
    local key_end = int(now + keep)
    taken[key] = id
    n = #keys
    keys[n + 1], keys[n + 2] = key, key_end .. '\t' .. id
    key_ends[n + 1], key_ends[n + 2] = key_end, key
  end
  return 'C' .. id
end

local function fire(name, terms, id, body)
  local kind, revision, expected, tick, while_running, missed, following, look, lane, keep, key, ties =
      string.match(terms, TERMS)
  local s = state(name)
  if not s then
    return 'G'
  end
  if kind == 'r' then
    local verdict = enqueue(id, body, lane, 0, '', ties)
    if verdict ~= 'F' and not runs(s.job) then
      s.job = id
      changed[name] = true
    end
    return verdict
  end
  if s.revision ~= revision or s.paused ~= '' or (kind == 't' and s.next or s.waiting) ~= expected
      or (tick ~= '' and tonumber(tick) > now) then
    return 'S'
  end
  local verdict = 'M'
  if tick ~= '' then
    if while_running ~= 'f' and runs(s.job) then
      if kind == 'w' or (while_running == 'w' and s.waiting == '') then
        verdict = 'W'
        s.waiting = tick
      else
        verdict = 'O'
        s.skipped = s.skipped + 1
        s.last_skipped = tick
      end
    else
      verdict = enqueue(id, body, lane, tonumber(keep), key, ties)
      if verdict == 'F' then
        return verdict
      end
      s.job = string.sub(verdict, 2)
      s.last = tick
      if string.sub(verdict, 1, 1) == 'C' then
        s.fired = s.fired + 1
      end
      if kind == 'w' then
        s.waiting = ''
      end
    end
  end
  s.missed = s.missed + tonumber(missed)
  if kind == 't' then
    s.next = following
  end
  changed[name] = true
  local again = s.waiting ~= '' and int(now + recheck) or ''
  if look == '' or (again ~= '' and tonumber(again) < tonumber(look)) then
    look = again
  end
  looks[name] = look
  return verdict
end

for i = 4, #ARGV, 4 do
  reply[#reply + 1] = fire(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
end

if #tied > 0 then
  redis.call('HLEN', journal)
  redis.call('ZCARD', listeners)
end
-- The first write is one that grows if there are jobs to add, so that a Redis out of memory refuses the whole call and
-- no tick is lost; else one that frees.
if added > 0 then
  redis.call('HSET', jobs, unpack(bodies))
else
  redis.call('ZREM', ticks, '')
end
if not layout then
  redis.call('HSET', meta, 'layout', LAYOUT)
end
local records = {}
for name in pairs(changed) do
  local n = #records
  records[n + 1], records[n + 2] = name, write_schedule(states[name])
end
if #records > 0 then
  redis.call('HSET', schedules, unpack(records))
end
local moves = {}
for name, look in pairs(looks) do
  if look == '' then
    silent[#silent + 1] = name
  else
    moves[#moves + 1] = look
    moves[#moves + 1] = name
  end
end
if #moves > 0 then
  redis.call('ZADD', ticks, unpack(moves))
end
if #silent > 0 then
  redis.call('ZREM', ticks, unpack(silent))
end
for lane, list in pairs(lanes) do
  if #list > 0 then
    redis.call('RPUSH', lane_keys[lane], unpack(list))
  end
end
if #keys > 0 then
  redis.call('HSET', idem, unpack(keys))
  redis.call('ZADD', ends, unpack(key_ends))
  -- As many keys that have ended as were added, and two more.
  local over = redis.call('ZRANGEBYSCORE', ends, '-inf', now_text, 'LIMIT', 0, #keys / 2 + 2)
  if #over > 0 then
    redis.call('HDEL', idem, unpack(over))
    redis.call('ZREM', ends, unpack(over))
  end
end
if #tied > 0 then
--- include journaling, tying
  write_ties(tied)
end
if added > 0 then
  ring(bell, paused, tokens)
end
return reply
