-- reaping.lua: takes an active job back from a worker that gave no outcome. Needs clock, track, ends,
-- limiting, journaling.
-- Reads the locals: jobs, runs, max_crashes, and lane keys in `lane_keys`. Gives: recover, reap_one and its counts, send_back.
local returned, poisoned, cancelled = 0, 0, 0
local back = {}

-- A leased job whose record cannot be read, as long as it has its body: what its header says, so that it is not
-- lost with its record. Its counters are.
local function recover(id)
  local body = redis.call('HGET', jobs, id)
  if not body then
    return nil
  end
  local lane, type, _, idem, uniq, key, _, parent = header(body)
  local t = new_track(lane or 'n', type or '', '', idem or '', uniq or '', key or '', parent or '')
  t.state = 'a'
  t.consumer = 'a worker'
  return t
end

-- Whether an asked-for cancel ends it now. A run that has written something goes on: it is to hear of it, and undo.
local function is_to_end(id, t)
  local h = t.cancel ~= '' and t.crashes < max_crashes and runs and journals().find_head(id)
  return t.cancel ~= '' and not (h and h.entries > 0)
end

local function reap_one(id, t)
  local claim_number = tonumber(string.match(t.token, '^%d+')) or 0
  t.crashes = t.crashes + 1
  remember(id, '{"attempt":' .. (t.failures + 1) .. ',"at":' .. int(now)
      .. ',"type":"holdfast.crash","message":"the lease of ' .. t.consumer
      .. ' ended without an outcome (crash ' .. t.crashes .. ')","stack":""}')
  t.token = ''
  t.consumer = ''
  push(drop_leases, id)
  push(drop_notes, id .. ':o')
  if is_to_end(id, t) then
    finish(id, t, 'c', 'CANCELLED_ON_REQUEST')
    cancelled = cancelled + 1
  elseif t.crashes >= max_crashes then
    finish(id, t, 'd', 'POISON')
    poisoned = poisoned + 1
  elseif overtaken(id, t) then
    finish(id, t, 'c', 'SUPERSEDED')
    cancelled = cancelled + 1
  else
    t.state = 'q'
    t.reason = 'REAPED'
    t.at = int(now)
    t.due = int(now)
    push(set_track, id, write_track(t))
    if limited then
      limiting().vacate(id, t.type, limit_key_of(t.rest), false)
    end
    back[#back + 1] = {id = id, lane = lane_of(t), claim_number = claim_number}
    returned = returned + 1
  end
end

-- Puts what was taken back into its lane: suspects to the tail, the others to the head, and all in the order they
-- were claimed in (jobs claimed in one turn have one lease end).
local function send_back()
  table.sort(back, function(a, b) return a.claim_number < b.claim_number end)
  for i = #back, 1, -1 do
    if back[i].lane ~= 's' then
      redis.call('LPUSH', lane_keys[back[i].lane], back[i].id)
    end
  end
  for i = 1, #back do
    if back[i].lane == 's' then
      redis.call('RPUSH', lane_keys.s, back[i].id)
    end
  end
end
