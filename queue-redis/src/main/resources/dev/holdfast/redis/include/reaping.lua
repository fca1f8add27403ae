-- reaping.lua: takes an active job back from a worker that gave no outcome. Needs clock, track, ends.
-- Reads the locals: max_crashes, and lane keys in `lane_keys`. Gives: reap_one and its counts.
local returned, poisoned, cancelled = 0, 0, 0

local function reap_one(id, t)
  t.crashes = t.crashes + 1
  remember(id, '{"attempt":' .. (t.failures + 1) .. ',"at":' .. int(now)
      .. ',"type":"holdfast.crash","message":"the lease of ' .. t.consumer
      .. ' ended without an outcome (crash ' .. t.crashes .. ')","stack":""}')
  t.token = ''
  t.consumer = ''
  push(drop_leases, id)
  push(drop_notes, id .. ':o')
  if t.cancel ~= '' then
    finish(id, t, 'c', 'CANCELLED_ON_REQUEST')
    cancelled = cancelled + 1
  elseif t.crashes >= max_crashes then
    finish(id, t, 'd', 'POISON')
    poisoned = poisoned + 1
  else
    t.state = 'q'
    t.reason = 'REAPED'
    t.at = int(now)
    t.due = int(now)
    push(set_track, id, write_track(t))
    local lane = lane_of(t)
    redis.call(lane == 's' and 'RPUSH' or 'LPUSH', lane_keys[lane], id)
    returned = returned + 1
  end
end
