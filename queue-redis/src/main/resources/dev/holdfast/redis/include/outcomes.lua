-- outcomes.lua: the outcomes of a turn that are more than a plain success. Needs clock, track, unique, ends,
-- limiting, journaling.
-- Reads the locals of turn.lua. Gives: settle(), put_back().
local released = {}
local FAR = 253402300799000 -- ms, in the year 9999: when what only a message wakes is due

local function queue_again(id, t, reason, delay)
  t.state = 'q'
  t.reason = reason
  t.at = now_text
  t.consumer = ''
  t.due = int(now + delay)
  if delay > 0 then
    redis.call('ZADD', due, t.due, lane_of(t) .. id)
    rescheduled = true
  else
    local lane = lane_of(t)
    redis.call('RPUSH', lane_keys[lane], id)
    length[lane] = length[lane] + 1
    pushed = pushed + 1
  end
  push(set_track, id, write_track(t))
end

local verbs = {}
function verbs.ok(id, t, delay, reason, text)
  if text ~= '' then
    redis.call('HSET', notes, id .. ':r', text)
    has_notes = true
  end
  finish(id, t, 's', 'COMPLETED')
end
function verbs.retry(id, t, delay, reason, text)
  t.failures = t.failures + 1
  t.crashes = 0
  remember(id, text)
  queue_again(id, t, reason, delay)
end
function verbs.snooze(id, t, delay)
  t.snoozes = t.snoozes + 1
  t.crashes = 0
  queue_again(id, t, 'SNOOZED', delay)
end
function verbs.backoff(id, t, delay)
  local key = limit_key_of(t.rest)
  if key == '' then
    verbs.snooze(id, t, delay)
    return
  end
  t.snoozes = t.snoozes + 1
  t.crashes = 0
  t.state, t.reason, t.at, t.consumer, t.due = 'q', 'SNOOZED', now_text, '', int(now + delay)
  local _, _, _, _, _, _, cost = header(redis.call('HGET', jobs, id) or '')
  limiting().back_off(id, t.lane, key, cost or 1, delay)
  push(set_track, id, write_track(t))
end
function verbs.miss(id, t, delay)
  t.misses = t.misses + 1
  if t.missed == '' then
    t.missed = now_text
  end
  queue_again(id, t, 'MISSED', delay)
end
function verbs.bury(id, t, delay, reason, text)
  if text ~= '' then
    t.failures = t.failures + (reason == 'MALFORMED' and 0 or 1)
    remember(id, text)
  end
  finish(id, t, 'd', reason)
end
function verbs.discard(id, t, delay, reason, text)
  if text ~= '' then
    remember(id, text)
  end
  finish(id, t, 'c', 'DISCARDED')
end
function verbs.release(id, t)
  t.state = 'q'
  t.reason = 'RELEASED'
  t.at = now_text
  t.consumer = ''
  t.due = now_text
  released[#released + 1] = {lane = lane_of(t), id = id}
  push(set_track, id, write_track(t))
end
-- What a run wrote down before it waits, if it can be written; else nil, and its lease ends by itself.
local SUSPEND = '^suspend\t(%d*)\t(%d*)\t(%d+)\t([01])\t(%d+)$'
local function find_written(id, terms, parts)
  local after = select(5, string.match(terms, SUSPEND))
  local h = journals().find_head(id)
  return h and journals().fit(id, h, tonumber(after), parts)
end

-- A run that waits.
local function suspend(id, t, terms, written)
  local delay, until_ms, wake_on, cancelling = string.match(terms, SUSPEND)
  wake_on = tonumber(wake_on)
  local at = math.min(tonumber(until_ms) or FAR, now + (tonumber(delay) or FAR), FAR)
  if written.h.messages >= wake_on or t.cancel ~= '' and cancelling == '0' then
    at = now
  end
  journals().write(written, wake_on)
  t.crashes = 0
  if limited then
    limiting().vacate(id, t.type, limit_key_of(t.rest), false)
    if at <= now then
      limiting().flush_freed()
    end
  end
  queue_again(id, t, 'SUSPENDED', math.max(0, at - now))
end

-- What an asked-for cancel leaves as it is; a last failure it does not.
local ends_by_itself = {ok = true, discard = true}
-- What does not end a job, but lets it wait again.
local waits_again = {retry = true, snooze = true, backoff = true, miss = true, release = true}
local buried_by_itself = {BURIED = true, MALFORMED = true, UNKNOWN_TYPE = true}

-- A run that has written something hears of a cancel from its next worker, if this one handed it back.
local function hears_later(id, verb)
  local h = verb == 'release' and runs and journals().find_head(id)
  return h and h.entries > 0
end

-- The outcome of the job whose record is t, nil if it has none that can be read; i is where it is in ARGV.
local function settle_one(id, t, i)
  if left_by[id] then
    return left_by[id] == ARGV[i + 1] and 'A' or 'U'
  elseif not t then
    return 'G'
  elseif t.token ~= ARGV[i + 1] then
    return t.state == 'a' and 'T' or 'U'
  elseif t.state ~= 'a' then
    return 'A'
  elseif strict and (tonumber(redis.call('ZSCORE', leases, id)) or 0) < now then
    return 'U' -- nobody reaped it yet; a job that ended in this call is no longer 'a'
  end
  local suspends = string.sub(ARGV[i + 2], 1, 8) == 'suspend\t'
  local written = suspends and find_written(id, ARGV[i + 2], ARGV[i + 3])
  if suspends and not written then
    return 'U'
  end
  left_by[id], left_count = t.token, left_count + 1
  drop_leases[#drop_leases + 1] = id
  if suspends then
    suspend(id, t, ARGV[i + 2], written)
    return 'D'
  end
  local verb, delay, reason = string.match(ARGV[i + 2], '^(%a+)\t?(%d*)\t?([%u_]*)$')
  local text = ARGV[i + 3]
  local asked = t.cancel ~= '' and not ends_by_itself[verb] and not (verb == 'bury' and buried_by_itself[reason])
      and not hears_later(id, verb)
  if asked or waits_again[verb] and overtaken(id, t) then
    if text ~= '' then
      t.failures = t.failures + 1
      remember(id, text)
    end
    finish(id, t, 'c', asked and 'CANCELLED_ON_REQUEST' or 'SUPERSEDED')
    return 'C'
  end
  if limited and waits_again[verb] then
    limiting().vacate(id, t.type, limit_key_of(t.rest), false)
    if delay == '0' then
      limiting().flush_freed() -- who gets its place is before it in the lane
    end
  end
  verbs[verb](id, t, tonumber(delay), reason, text)
  return 'D'
end

local function settle()
  for _, n in ipairs(odd) do
    settled[n] = settle_one(ids[n], read_track(records[n]), outcomes + (n - 1) * 4)
  end
end

-- Puts what was released back to the head of its lane, the last first, so that it keeps its order; and writes what
-- was gathered, before anything is claimed.
local function put_back()
  for i = #released, 1, -1 do
    local lane = released[i].lane
    redis.call('LPUSH', lane_keys[lane], released[i].id)
    length[lane] = length[lane] + 1
  end
  pushed = pushed + #released
  flush_ends()
end
