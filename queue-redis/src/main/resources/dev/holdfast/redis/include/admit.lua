-- admit.lua: what the unique key of a job that is enqueued says. Needs clock, track, unique, holding.
-- Reads the locals: jobs, track, due, idem, notes, meta, journal, runs, and of this call: bodies, delayed, names, name_ends, earliest.
-- Gives: judge_unique(id, retried, rule, body) -> verdict or nil, and whether the payload was put into the job of the
-- verdict; hold_unique(id, lane, body, at, later), which writes down that a job that is added has its key; write_unique.
local windows, holders, changed = {}, {}, {}
local keys, records, old_notes = {}, {}, {} -- what is written besides
local asked -- what the last judge was about

-- The rules of a window: w<ms> one job, t<n>,<ms> so many. The field is beside the idempotency keys, and swept as they
-- are: end, tab, last job, tab, how many.
local function windowed(id, rule, type, uniq)
  local most, length = 1, string.match(rule, '^w(%d+)$')
  if not length then
    most, length = string.match(rule, '^t(%d+),(%d+)$')
  end
  local field = string.sub(uniq, 1, 1) .. '\t' .. type .. '\t' .. string.sub(uniq, 2)
  local window = windows[field]
  if not window then
    local ends_at, last, count = string.match(redis.call('HGET', idem, field) or '', '^(%d+)\t([^\t]*)\t(%d+)$')
    if ends_at and tonumber(ends_at) > now then
      window = {ends_at = tonumber(ends_at), last = last, count = tonumber(count)}
    else
      window = {ends_at = now + tonumber(length), count = 0}
    end
  end
  if window.last == id then
    return 'I' .. id
  elseif window.count >= tonumber(most) then
    return 'U' .. window.last
  end
  asked = {field = field, window = window}
  return nil
end

-- Who holds a key: the job, when its debounce began, and the highest id whose payload it had.
local function read_holder(field)
  local held = holders[field]
  if held == nil then
    local id, first, last = string.match(redis.call('HGET', unique, field) or '', '^([^\t]+)\t?(%d*)\t?([^\t]*)$')
    held = id and {id = id, first = tonumber(first), last = last} or false
    holders[field] = held
  end
  return held
end

local function write_holder(field, held)
  holders[field] = held
  local n = #keys
  keys[n + 1] = field
  keys[n + 2] = held.last and held.id .. '\t' .. (held.first and int(held.first) or '') .. '\t' .. held.last or held.id
end

-- Puts a payload into a job that waits, and moves its start if it is debounced and not due yet. False if its body
-- cannot be read: then it is as if it did not wait.
local function replace(held, t, rule, body)
  local job = changed[held.id]
  if not job then
    local old = redis.call('HGET', jobs, held.id)
    local lane = old and header(old)
    if not lane then
      return false
    end
    lane = t and lane_of(t) or lane
    local at = tonumber(redis.call('ZSCORE', due, lane .. held.id) or 0)
    job = {line = string.match(old, '^[^\n]*\n'), lane = lane, waits = at > now, t = t, body = #bodies + 2}
    bodies[#bodies + 1] = held.id
    changed[held.id] = job
  end
  local quiet, longest = string.match(rule, '^d(%d+),(%d+)$')
  if quiet and job.waits then
    local at = math.max(now, math.min(now + tonumber(quiet), held.first + tonumber(longest)))
    job.due = job.due or #delayed + 1
    delayed[job.due], delayed[job.due + 1] = int(at), job.lane .. held.id
    if job.t then
      job.t.due = int(at)
    else
      job.line = string.gsub(job.line, '^([^\t]*\t[^\t]*\t[^\t]*\t[^\t]*\t[^\t]*\t)[^\t\n]*', '%1@' .. int(at))
    end
    earliest = earliest and math.min(earliest, at) or at
  elseif not quiet and job.t then
    -- The new payload has its own attempts, and nothing to go on from.
    job.t.failures = 0
    old_notes[#old_notes + 1] = held.id .. ':c'
  end
  if job.t then
    records[held.id] = job.t
  end
  bodies[job.body] = job.line .. string.match(body, '^[^\n]*\n(.*)$')
  return true
end

-- A run that is suspended or has written something has begun: its payload stays.
local function has_begun(id, t)
  return t and (t.reason == 'SUSPENDED' or runs and string.find(redis.call('HGET', journal, id) or '', '^[1-9]'))
end

-- The rules of a key that a job holds as long as it waits (s, d, l) or has not finished (f).
local function keyed(id, retried, rule, type, uniq, body)
  local letter, field = string.sub(uniq, 1, 1), unique_field(type, uniq)
  local held = read_holder(field)
  asked = {field = field, letter = letter}
  if not held then
    return nil
  elseif held.id == id then
    return 'I' .. id
  end
  local is_held, t = true, nil
  if not changed[held.id] then
    is_held, t = holds(letter, held.id)
    is_held = is_held and not (letter == 'l' and has_begun(held.id, t))
  end
  if letter == 's' or letter == 'f' then
    return is_held and 'U' .. held.id or nil
  end
  local last = held.last and held.last ~= '' and held.last or held.id
  if retried and id <= last then
    -- It may have arrived before, and a later payload after it: that one stays.
    return 'R' .. held.id
  elseif not is_held or not replace({id = held.id, first = held.first or now}, t, rule, body) then
    return nil
  end
  write_holder(field, {id = held.id, first = held.first, last = id > last and id or last})
  return 'R' .. held.id, true
end

local function judge_unique(id, retried, rule, body)
  local _, type, _, _, uniq = header(body)
  if string.find(rule, '^[wt]') then
    return windowed(id, rule, type, uniq)
  end
  return keyed(id, retried, rule, type, uniq, body)
end

-- `at` is where its body is in bodies, `later` where its due time is in delayed, or nil.
local function hold_unique(id, lane, body, at, later)
  local field, window, letter = asked.field, asked.window, asked.letter
  if window then
    local n, ends_at = #names, int(window.ends_at)
    window.last, window.count = id, window.count + 1
    windows[field] = window
    names[n + 1], names[n + 2] = field, ends_at .. '\t' .. id .. '\t' .. window.count
    name_ends[n + 1], name_ends[n + 2] = ends_at, field
    return
  end
  local merges = letter == 'd' or letter == 'l'
  write_holder(field, {id = id, first = letter == 'd' and now or nil, last = merges and id or nil})
  changed[id] = {line = string.match(body, '^[^\n]*\n'), lane = lane, waits = later, body = at, due = later}
end

-- Writes what was gathered: who holds which key, changed records, and checkpoints of payloads that are gone.
local function write_unique()
  if #keys > 0 then
    redis.call('HSET', meta, 'unique', '1')
    redis.call('HSET', unique, unpack(keys))
  end
  for id, t in pairs(records) do
    redis.call('HSET', track, id, write_track(t))
  end
  if #old_notes > 0 then
    redis.call('HDEL', notes, unpack(old_notes))
  end
end
