-- ends.lua: every way a job ends or loses its claim, in one place. Needs clock, track.
-- Reads the locals: jobs, track, notes, leases, done, dead, keep_done, max_done, keep_dead, max_dead.
-- Gives: remember, finish, keep_record, flush_ends, trim, forget.
local ended_done, ended_dead = 0, 0
local set_track, drop_track, drop_jobs, drop_leases = {}, {}, {}, {}
local add_done, add_dead, drop_notes = {}, {}, {}
local has_notes = redis.call('HLEN', notes) > 0
local keeps_done, done_until = keep_done > 0 and max_done > 0, int(now + keep_done)

local function push(list, ...)
  local n = #list
  for i = 1, select('#', ...) do
    list[n + i] = (select(i, ...))
  end
end

-- Adds a line to a job's history and keeps its last five.
local function remember(id, line)
  local field = id .. ':e'
  local old = redis.call('HGET', notes, field)
  if old then
    local _, lines = string.gsub(old, '\n', '\n')
    while lines >= 4 do
      old = string.gsub(old, '^[^\n]*\n', '', 1)
      lines = lines - 1
    end
    line = old .. '\n' .. line
  end
  redis.call('HSET', notes, field, line)
  has_notes = true
end

-- Takes the body of a job that succeeded or was cancelled away, and keeps its record as long as retention says.
local function keep_record(id, record)
  drop_jobs[#drop_jobs + 1] = id
  if keeps_done then
    local n = #set_track
    set_track[n + 1], set_track[n + 2] = id, record
    n = #add_done
    add_done[n + 1], add_done[n + 2] = done_until, id
    if has_notes then
      push(drop_notes, id .. ':c', id .. ':o')
    end
    ended_done = ended_done + 1
  else
    drop_track[#drop_track + 1] = id
    if has_notes then
      push(drop_notes, id .. ':p', id .. ':c', id .. ':o', id .. ':r', id .. ':e', id .. ':l')
    end
  end
end

-- Writes a job's end: s succeeded, c cancelled, d dead. The caller has taken it out of where it was.
local function finish(id, t, state, reason)
  t.state = state
  t.reason = reason
  t.at = now_text
  t.consumer = ''
  if state == 'd' then
    push(set_track, id, write_track(t))
    push(add_dead, int(now + keep_dead), id)
    ended_dead = ended_dead + 1
  else
    keep_record(id, write_track(t))
  end
end

-- Calls a command on a key with a list, in pieces that Lua's stack can take.
local function each(command, key, list, piece)
  local n = #list
  for from = 1, n, piece do
    redis.call(command, key, unpack(list, from, math.min(from + piece - 1, n)))
  end
end

-- Writes what was gathered, and begins anew. Leases first: a job without a lease that is still active is found by
-- tidy, while one that has ended must not keep a lease.
local function flush_ends()
  each('ZREM', leases, drop_leases, 1000)
  each('HSET', track, set_track, 1000)
  each('HDEL', track, drop_track, 1000)
  each('ZADD', done, add_done, 1000)
  each('ZADD', dead, add_dead, 1000)
  each('HDEL', jobs, drop_jobs, 1000)
  if has_notes then
    each('HDEL', notes, drop_notes, 1000)
  end
  set_track, drop_track, drop_jobs, drop_leases = {}, {}, {}, {}
  add_done, add_dead, drop_notes = {}, {}, {}
end

-- Removes every trace of jobs that are in no index any more.
local function forget(ids)
  each('HDEL', jobs, ids, 1000)
  each('HDEL', track, ids, 1000)
  if has_notes then
    local fields = {}
    for _, id in ipairs(ids) do
      push(fields, id .. ':p', id .. ':c', id .. ':o', id .. ':r', id .. ':e', id .. ':l')
    end
    each('HDEL', notes, fields, 1000)
  end
end

-- Retention: removes what is past its time or over the bound, at most what was added and ten more,
-- so that the work stays bounded and a backlog still shrinks.
local function trim_one(key, added, most, size)
  if size == 0 then
    return 0
  end
  local expired = redis.call('ZCOUNT', key, '-inf', now_text)
  local count = math.min(added + 10, math.max(expired, size - most))
  if count <= 0 then
    return 0
  end
  local ids = redis.call('ZRANGE', key, 0, count - 1)
  each('ZREM', key, ids, 1000)
  forget(ids)
  return #ids
end

-- Takes how many jobs were in `done` and `dead` before this call added any, if the caller knows.
local function trim(in_done, in_dead)
  trim_one(done, ended_done, max_done, in_done and in_done + ended_done or redis.call('ZCARD', done))
  return trim_one(dead, ended_dead, max_dead, in_dead and in_dead + ended_dead or redis.call('ZCARD', dead))
end
