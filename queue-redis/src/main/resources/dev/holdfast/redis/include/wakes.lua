-- wakes.lua: looks at scopes again whose time has come. Needs clock, limiting. Reads the locals: wakes, parked, rates.
-- Gives: take_wakes(room) -> whether more are due.
local MOST_WAKES, MOST_LET_GO, WALK = 50, 100, 'walk\t'

-- Lets some of a line go; gives how many.
local function let_some_go(places, s, room)
  local most = math.min(room, MOST_LET_GO)
  local gone = places.hand_on(s, most)
  places.flush_let_go()
  if gone == most then
    places.wake_at(s, now) -- there may be more
  end
  return gone
end

-- Each scope of a limit key that has a line, some at a time: what is set for all of them has changed. Gives the room left.
local function walk(places, after, room)
  for _ = 1, MOST_WAKES do
    if room <= 0 then
      break
    end
    local from = after == '' and '[k:' or '(' .. after .. '\1'
    local member = redis.call('ZRANGEBYLEX', parked, from, '(k;', 'LIMIT', '0', '1')[1]
    if not member then
      return room
    end
    after = string.match(member, '^%Z*')
    room = room - let_some_go(places, places.scope(after, true), room)
  end
  redis.call('ZADD', wakes, now_text, WALK .. after)
  return room
end

-- Lets go at most as many jobs as there is room for: what cannot be claimed now waits better in its line.
local function take_wakes(room)
  local places = limiting()
  local names = redis.call('ZRANGEBYSCORE', wakes, '-inf', now_text, 'LIMIT', '0', MOST_WAKES)
  for _, name in ipairs(names) do
    if room <= 0 then
      return true
    end
    redis.call('ZREM', wakes, name)
    if string.sub(name, 1, #WALK) == WALK then
      room = walk(places, string.sub(name, #WALK + 1), room)
    else
      local s = places.scope(name, true)
      room = room - let_some_go(places, s, room)
      if s.tat <= now_us and s.resume <= now then
        redis.call('HDEL', rates, name)
      else
        places.keep_rate(s)
      end
    end
  end
  return #names == MOST_WAKES
end
