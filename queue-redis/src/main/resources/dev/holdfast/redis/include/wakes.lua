-- wakes.lua: looks at scopes again whose time has come. Needs clock, limiting. Reads the locals: wakes, parked, rates.
-- Gives: take_wakes(room) -> whether more are due.
local MOST_WAKES, MOST_LET_GO, KEEP_RATE, WALK = 50, 100, 60000, 'walk\t'

-- Each scope of a limit key that has a line, some at a time: what is set for all of them has changed.
local function walk(places, after)
  for _ = 1, MOST_WAKES do
    local from = after == '' and '[k:' or '(' .. after .. '\1'
    local member = redis.call('ZRANGEBYLEX', parked, from, '(k;', 'LIMIT', '0', '1')[1]
    if not member then
      return
    end
    after = string.match(member, '^%Z*')
    local s = places.scope(after, true)
    if places.hand_on(s, MOST_LET_GO) == MOST_LET_GO then
      places.wake_at(s, now)
    end
  end
  redis.call('ZADD', wakes, now_text, WALK .. after)
end

-- Lets go at most as many jobs as there is room for: what cannot be claimed now waits better in its line.
local function take_wakes(room)
  local places = limiting()
  local names = redis.call('ZRANGEBYSCORE', wakes, '-inf', now_text, 'LIMIT', '0', MOST_WAKES)
  for n, name in ipairs(names) do
    if room <= 0 then
      return true
    end
    redis.call('ZREM', wakes, name)
    if string.sub(name, 1, #WALK) == WALK then
      walk(places, string.sub(name, #WALK + 1))
    else
      local s, most = places.scope(name, true), math.min(room, MOST_LET_GO)
      local n_gone = places.hand_on(s, most)
      room = room - n_gone
      if n_gone == most then
        places.wake_at(s, now)
      elseif s.tat > now_us then
        redis.call('ZADD', wakes, 'NX', int(s.tat / 1000 + KEEP_RATE), name)
      elseif s.resume <= now and not places.has_line(s) then
        redis.call('HDEL', rates, name)
      end
    end
    places.flush_let_go()
  end
  return #names == MOST_WAKES
end
