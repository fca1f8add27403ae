-- ends.lua: every way a job ends or loses its claim, in one place. Needs clock, track, unique, retention, telling,
-- limiting.
-- Reads the locals: jobs, track, notes, leases, done, dead, keep_done, max_done, keep_dead, max_dead, runs, ties; and changes
-- has_notes, ended_done, ended_dead. Gives: push, remember, finish, flush_ends.
local set_track, drop_track, drop_jobs, drop_leases = {}, {}, {}, {}
local add_done, add_dead, drop_notes = {}, {}, {}
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
    if runs then
      push(add_done, '0', id) -- until retention has taken its journal away, in this call if it is no large one
      ended_done = ended_done + 1
    end
    drop_track[#drop_track + 1] = id
    if has_notes then
      push(drop_notes, id .. ':p', id .. ':c', id .. ':o', id .. ':r', id .. ':e', id .. ':l')
    end
  end
end

-- Writes a job's end: s succeeded, c cancelled, d dead. The caller has taken it out of where it was.
local function finish(id, t, state, reason)
  local before = t.reason
  t.state = state
  t.reason = reason
  t.at = now_text
  t.consumer = ''
  let_go(id, t.type, unique_of(t.rest))
  if ties then
    tell_end(id, parent_of(t.rest), t.claims, state, reason, before)
  end
  if limited then
    limiting().vacate(id, t.type, limit_key_of(t.rest), true)
  end
  if state == 'd' then
    push(set_track, id, write_track(t))
    push(add_dead, int(now + keep_dead), id)
    ended_dead = ended_dead + 1
  else
    keep_record(id, write_track(t))
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
  flush_unique()
  flush_told()
  if has_notes then
    each('HDEL', notes, drop_notes, 1000)
  end
  set_track, drop_track, drop_jobs, drop_leases = {}, {}, {}, {}
  add_done, add_dead, drop_notes = {}, {}, {}
end
