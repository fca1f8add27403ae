-- mail.lua: sends a run a message. Needs clock, track, journaling. Reads the locals: jobs, track, journal, due, lane_keys.
-- Gives: address(id, name, bytes) -> DELIVERED, ALREADY, FULL, ENDED, DEAD, GONE or DAMAGED, and what hand_over takes;
-- hand_over(to) -> whether the run was made ready.
local function address(id, name, bytes)
  local record = redis.call('HGET', track, id)
  local t = read_track(record)
  if t and t.state == 's' or t and t.state == 'c' then
    return 'ENDED'
  elseif t and t.state == 'd' then
    return 'DEAD'
  elseif not t and redis.call('HEXISTS', jobs, id) == 0 then
    return 'GONE'
  end
  local h = journals().find_head(id)
  if not h then
    return 'DAMAGED'
  end
  return journals().weigh(id, h, name, bytes), {id = id, t = t, h = h, name = name, bytes = bytes}
end

local function hand_over(to)
  local id, t, h = to.id, to.t, to.h
  journals().keep(id, h, to.name, to.bytes)
  if not t or t.state ~= 'q' or t.reason ~= 'SUSPENDED' or not h.wake_on or h.messages < h.wake_on
      or redis.call('ZREM', due, lane_of(t) .. id) == 0 then
    return false
  end
  t.due = now_text
  redis.call('RPUSH', lane_keys[lane_of(t)], id)
  redis.call('HSET', track, id, write_track(t))
  return true
end
