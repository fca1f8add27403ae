-- places.lua: limits: who holds a place, who is parked, when a scope is looked at again. Needs clock.
-- Reads the locals: limits, rates, holders, parked, seats, wakes, meta, lane_keys; counts in has_let_go what goes to a
-- lane. Gives a table of functions; write() must be the last one called.
-- A scope is named t:<type> or k:<limit key>. A job is in the line of one scope at most. Order in a line: rank, then a
-- rising number; a member is scope, NUL, rank, number, lane, job id, and what it costs if that is not 1. A job that was let
-- go and met its limit once more keeps its number: until it is claimed `seats` has a dash and the number.
-- A place is a member of `holders`. Of an ordered scope it is kept until the job has ended, of others as long as it is active.
local LINE_END, SEAT, KEEP_RATE, MOST_INSTANT = '\1', '%016d', 60000, 2 ^ 53
local HURRY = 5000 -- us: permits that come closer together are waited for together, if the burst makes up for it
local SETTING = '^(%d*)\t(%d*)\t(%d*)\t(%d*)\t(%d)\t(%d)$'
local scopes = {}
local freed, drop_holders, add_holders = {}, {}, {}
local seat_number
local park_members, park_seats = {}, {}
local line_gone, seats_kept, seats_gone, to_lanes = {}, {}, {}, {}
local for_each_key = redis.call('HGET', limits, 'k')
local named = redis.call('HLEN', limits) > (for_each_key and 1 or 0)
local rated = redis.call('HLEN', rates) > 0
local lined = redis.call('ZCARD', parked) > 0
local held = redis.call('ZCARD', holders) > 0
local seated = redis.call('HLEN', seats) > 0
redis.call('ZCARD', wakes)

-- What is set, as numbers. Read once for all scopes of the same setting: those of keys mostly have that of each key.
local settings = {}
local function read_setting(setting)
  local most, permits, period, burst, ordered, paused = string.match(setting, SETTING)
  settings[setting] = {most = tonumber(most), ordered = ordered == '1', paused = paused == '1',
      burst = tonumber(burst), interval = tonumber(permits) and tonumber(period) / tonumber(permits)}
  return settings[setting]
end

-- What is set for a scope and where it stands; every field nil or false if nothing is. Permits come every `interval` us.
local function new_scope(name, setting, rate)
  local set = settings[setting or ''] or read_setting(setting or '')
  local s = {name = name, most = set.most, ordered = set.ordered, paused = set.paused, burst = set.burst,
      interval = set.interval, tat = 0, resume = 0, coming = 0, coming_us = 0}
  if rate then
    local tat, resume = string.match(rate, '^(%d+)\t(%d+)$')
    s.tat, s.resume = tonumber(tat or 0), tonumber(resume or 0)
  end
  scopes[name] = s
  return s
end

-- The scope of this name, or false if nothing limits it. `anyway`: a scope without a limit, too.
local function scope(name, anyway)
  local s = scopes[name]
  if s == nil or (anyway and not s) then
    local setting = named and redis.call('HGET', limits, name)
        or string.sub(name, 1, 1) == 'k' and for_each_key or nil
    local rate = rated and redis.call('HGET', rates, name) or nil
    s = (setting or rate or anyway) and new_scope(name, setting, rate) or false
    scopes[name] = s
  end
  return s
end

-- The limited scopes of a job, its type first; but first of all an ordered key: a job that its type keeps waiting has
-- its turn all the same. Neighbours mostly have the same.
local none, of_type, of_key, found = {}, nil, nil, nil
local function scopes_of(type, key)
  if type ~= of_type or key ~= of_key then
    local t = named and scope('t:' .. type)
    local k = key ~= '' and scope('k:' .. key)
    of_type, of_key = type, key
    found = t and k and (k.ordered and {k, t} or {t, k}) or t and {t} or k and {k} or none
  end
  return found
end

local function first_of(set, name, most)
  return redis.call('ZRANGEBYLEX', set, '[' .. name .. '\0', '(' .. name .. LINE_END, 'LIMIT', '0', int(most))
end

local function count(s)
  if not s.count then
    s.count = held and redis.call('ZLEXCOUNT', holders, '[' .. s.name .. '\0', '(' .. s.name .. LINE_END) or 0
  end
  return s.count
end

-- The id of the job whose turn it is in an ordered scope, or "".
local function holder(s)
  if not s.holder then
    local member = held and first_of(holders, s.name, 1)[1]
    s.holder = member and string.sub(member, #s.name + 2) or ''
  end
  return s.holder
end

local function has_line(s)
  if s.line == nil then
    s.line = lined and #first_of(parked, s.name, 1) > 0
  end
  return s.line
end

-- Looks at a scope again at an instant, ms, or earlier.
local function wake_at(s, ms)
  s.wake = math.min(s.wake or ms, ms)
end

-- The instant, us, from which the rate lets a claim of this cost through: now or later.
local function permitted_at(s, cost)
  if not s.interval then
    return now_us
  end
  local tat = s.coming_us > 0 and math.max(s.tat, now_us) + s.coming_us or s.tat
  local needed = cost > s.burst and tat or tat + (cost - s.burst) * s.interval
  if needed <= now_us then
    return now_us
  end
  return math.max(needed, now_us + math.min(HURRY, (s.burst - 1) * s.interval / 2))
end

-- Whether a scope lets this job begin now; if only later, it will be looked at then.
local function allows(s, id, cost)
  if s.paused then
    return false
  elseif s.resume > now then
    wake_at(s, s.resume)
    return false
  elseif s.ordered then
    local first = holder(s)
    if first ~= id and (first ~= '' or has_line(s)) then
      return false
    end
  elseif s.most and count(s) >= s.most then
    return false
  end
  local at = permitted_at(s, cost)
  if at > now_us then
    wake_at(s, math.ceil(at / 1000))
    return false
  end
  return true
end

local function hold(s, id)
  if s.ordered then
    if holder(s) == id then
      return
    end
    s.holder = id
  elseif s.most then
    s.count = count(s) + 1
  else
    return
  end
  add_holders[#add_holders + 1] = '0'
  add_holders[#add_holders + 1] = s.name .. '\0' .. id
end

local function pay(s, cost)
  if s.interval then
    s.tat = math.max(s.tat, now_us) + cost * s.interval
    s.changed = true
  end
end

local function next_seat()
  if not seat_number then
    seat_number = math.max(tonumber(redis.call('HGET', meta, 'seat') or 0), now_us - 1)
  end
  seat_number = seat_number + 1
  return string.format(SEAT, seat_number)
end

local RANKS = {s = '0', h = '1', n = '2', l = '3'}
local function member_of(s, id, lane, seat, cost, first)
  local rank = (first or s.ordered and holder(s) == id) and '0' or s.ordered and '1' or RANKS[lane]
  return s.name .. '\0' .. rank .. seat .. lane .. id .. (cost > 1 and int(cost) or '')
end

-- Lane, job id, cost and number of a member of this scope.
local function read_member(name, member)
  local lane = #name + 19
  return string.sub(member, lane, lane), string.sub(member, lane + 1, lane + 26),
      tonumber(string.sub(member, lane + 27)) or 1, string.sub(member, lane - 16, lane - 1)
end

-- Puts a job into the line of a scope, at its head if `first`.
local function park(s, id, lane, cost, first)
  local seat = seated and string.match(redis.call('HGET', seats, id) or '', '^%-(%d+)$') or next_seat()
  local member, n = member_of(s, id, lane, seat, cost, first), #park_seats
  park_members[n + 1], park_members[n + 2] = '0', member
  park_seats[n + 1], park_seats[n + 2] = id, member
  s.line = true
end

-- Lets up to so many of a line go to their lanes, as far as the scope allows; gives how many. They have no place there:
-- what is met in a lane asks again.
local function hand_on(s, most)
  if not lined or s.paused or most < 1 then
    return 0
  elseif s.resume > now then
    if has_line(s) then
      wake_at(s, s.resume)
    end
    return 0
  end
  if s.ordered then
    most = 1
  elseif s.most then
    most = math.min(most, s.most - count(s) - s.coming)
  end
  local before, n = s.coming, 0
  for _, member in ipairs(most > 0 and first_of(parked, s.name, most) or {}) do
    local lane, id, cost, seat = read_member(s.name, member)
    local ours = lane_keys[lane] and #id == 26 -- what is not was never put here by us
    local at = permitted_at(s, cost)
    if ours and at > now_us then
      wake_at(s, math.ceil(at / 1000))
      break
    elseif ours and s.ordered then
      if holder(s) ~= '' and holder(s) ~= id then
        break
      end
      hold(s, id)
    end
    line_gone[#line_gone + 1] = member
    if ours then
      n = #seats_kept
      seats_kept[n + 1], seats_kept[n + 2] = id, '-' .. seat
      to_lanes[lane] = to_lanes[lane] or {}
      table.insert(to_lanes[lane], id)
      s.coming = s.coming + 1
      s.coming_us = s.coming_us + cost * (s.interval or 0)
    end
  end
  s.line = nil
  return s.coming - before
end

-- Writes who was let go.
local function flush_let_go()
  if #line_gone == 0 then
    return
  end
  for lane, ids in pairs(to_lanes) do
    redis.call('RPUSH', lane_keys[lane], unpack(ids))
    has_let_go = has_let_go + #ids
  end
  if #seats_kept > 0 then
    redis.call('HSET', seats, unpack(seats_kept))
    seated = true
  end
  redis.call('ZREM', parked, unpack(line_gone))
  line_gone, seats_kept, to_lanes = {}, {}, {}
end

-- A claim is over (`over`: and so is the job), or a waiting job left: its places are given back.
local function vacate(id, type, key, over)
  for _, s in ipairs(scopes_of(type, key)) do
    -- Until an order was set several could be active: each of them but the last gives its turn up.
    if over or not s.ordered or count(s) > 1 then
      drop_holders[#drop_holders + 1] = s.name .. '\0' .. id
      freed[s] = (freed[s] or 0) + 1
    end
  end
end

-- Writes who is parked, so that it can be let go in the same call.
local function flush_parked()
  if #park_seats == 0 then
    return
  end
  redis.call('ZADD', parked, unpack(park_members))
  redis.call('HSET', seats, unpack(park_seats))
  if seat_number then
    redis.call('HSET', meta, 'seat', int(seat_number))
  end
  park_members, park_seats, lined, seated = {}, {}, true, true
end

local function flush_holders()
  if #add_holders > 0 then
    redis.call('ZADD', holders, unpack(add_holders))
    add_holders, held = {}, true
  end
end

-- Hands on what was given back.
local function flush_freed()
  flush_parked()
  if held and #drop_holders > 0 then
    redis.call('ZREM', holders, unpack(drop_holders))
  end
  flush_holders()
  drop_holders = {}
  for s in pairs(freed) do
    s.count, s.holder = nil, nil
  end
  for s, n in pairs(freed) do
    hand_on(s, n)
  end
  freed = {}
  flush_let_go()
end

-- Whether a job met in a lane may be claimed; then it has its places and has paid. If not, it is parked.
local function admit(lane, id, type, key, cost)
  local all = scopes_of(type, key)
  for n, s in ipairs(all) do
    s.coming, s.coming_us = math.max(0, s.coming - 1), math.max(0, s.coming_us - cost * (s.interval or 0))
    if not allows(s, id, cost) then
      park(s, id, lane, cost)
      -- What another scope has let go for this one goes to the next.
      for other = 1, #all do
        local o = all[other]
        if other ~= n and (o.most or o.ordered) and hand_on(o, 1) > 0 then
          flush_let_go()
        end
      end
      if s.ordered and holder(s) == '' then
        freed[s] = 1 -- nobody's turn: the first of the line is looked for once this one is in it
      end
      return false
    elseif s.ordered then
      hold(s, id)
    end
  end
  for _, s in ipairs(all) do
    hold(s, id)
    pay(s, cost)
  end
  if seated then
    seats_gone[#seats_gone + 1] = id
  end
  return true
end

-- Whether a job that is enqueued goes to its lane; if not, it is parked.
local function enter(lane, id, type, key, cost)
  local all = scopes_of(type, key)
  for _, s in ipairs(all) do
    local full
    if s.ordered then
      full = holder(s) ~= ''
    else
      full = s.most and count(s) + s.coming >= s.most
    end
    if full or s.paused or s.resume > now or has_line(s) then
      park(s, id, lane, cost)
      return false
    elseif s.ordered then
      hold(s, id)
    end
  end
  for _, s in ipairs(all) do
    s.coming = s.coming + 1
  end
  return true
end

-- Nobody of a key begins for so many ms; the job itself is the first afterwards.
local function back_off(id, lane, key, cost, delay)
  local s = scope('k:' .. key, true)
  of_type = nil -- it has a limit now
  redis.call('HSET', meta, 'limits', '1')
  s.resume = math.max(s.resume, now + delay)
  s.changed = true
  park(s, id, lane, cost, true)
  wake_at(s, s.resume)
end

-- Takes a job out of the line it is in. False if it is in none.
local function leave_line(id)
  local member = seated and redis.call('HGET', seats, id)
  if not member then
    return false
  end
  redis.call('HDEL', seats, id)
  return redis.call('ZREM', parked, member) == 1
end

-- Gives a parked job another lane, and its rank there. False if it is not parked.
local function change_lane(id, lane)
  local member = redis.call('HGET', seats, id) or ''
  local name = string.match(member, '^(%Z+)%z')
  if not name or not leave_line(id) then
    return false
  end
  local _, _, cost, seat = read_member(name, member)
  local first = string.sub(member, #name + 2, #name + 2) == '0'
  local changed = member_of(scope(name, true), id, lane, seat, cost, first)
  redis.call('ZADD', parked, '0', changed)
  redis.call('HSET', seats, id, changed)
  return true
end

-- Reads anew who holds a place in a scope.
local function recount(name)
  local s = scope(name, true)
  s.count, s.holder = nil, nil
end

-- Looks at a scope once more when what is kept of its rate is of no use any more.
local function keep_rate(s)
  redis.call('ZADD', wakes, 'NX', int(math.min(math.max(s.tat / 1000, s.resume), MOST_INSTANT) + KEEP_RATE), s.name)
end

local function write()
  if #seats_gone > 0 then
    redis.call('HDEL', seats, unpack(seats_gone))
    seats_gone = {}
  end
  flush_parked()
  if next(freed) then
    flush_freed()
  end
  flush_holders()
  local wake, kept = {}, {}
  for name, s in pairs(scopes) do
    if s and s.changed then
      kept[#kept + 1] = name
      kept[#kept + 1] = int(math.min(math.ceil(s.tat), MOST_INSTANT)) .. '\t' .. int(math.min(s.resume, MOST_INSTANT))
      keep_rate(s)
    end
    if s and s.wake then
      wake[#wake + 1] = int(s.wake)
      wake[#wake + 1] = name
    end
  end
  if #kept > 0 then
    redis.call('HSET', rates, unpack(kept))
  end
  if #wake > 0 then
    redis.call('ZADD', wakes, 'LT', unpack(wake)) -- one that is too early looks, and is set anew
  end
  scopes, of_type = {}, nil
end

return {scope = scope, admit = admit, enter = enter, vacate = vacate, flush_freed = flush_freed, back_off = back_off,
    leave_line = leave_line, change_lane = change_lane, recount = recount, hand_on = hand_on, flush_let_go = flush_let_go,
    has_line = has_line, wake_at = wake_at, permitted_at = permitted_at, pay = pay, keep_rate = keep_rate,
    write = write}
