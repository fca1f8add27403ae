-- leaving.lua: takes a waiting job out of where it waits. Needs limiting. Reads the locals: due, skip.
-- Gives: leave(id, lane, type, key).
-- Lane nil: its record or header cannot be read. Then it may be due in any lane, and if it is in none its entry is
-- ignored in whichever lane it turns up; guessed wrong, a field would stay for ever and a lane count one too many.
local function leave(id, lane, type, key)
  if limited then
    local in_line = limiting().leave_line(id)
    limiting().vacate(id, type or '', key or '', true)
    if in_line then
      return
    end
  end
  for _, letter in ipairs(lane and {lane} or {'h', 'n', 'l', 's'}) do
    if redis.call('ZREM', due, letter .. id) == 1 then
      return
    end
  end
  redis.call('HINCRBY', skip, (lane or '?') .. ':' .. id, 1)
end
