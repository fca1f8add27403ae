-- audit.lua: compares some of what limits keep with the jobs themselves, so that what was damaged from outside blocks no
-- scope for ever. Needs track, limiting. Reads the locals: track, jobs, holders, parked, meta. Gives: audit().
local MOST_HOLDERS, MOST_LINES = 20, 5

local function holds_rightly(s, id)
  local t = read_track(redis.call('HGET', track, id))
  if t then
    return t.state == 'a' or s.ordered and t.state == 'q'
  end
  return s.ordered and redis.call('HEXISTS', jobs, id) == 1
end

local function audit()
  local places = limiting()
  local marks = redis.call('HMGET', meta, 'audited_holder', 'audited_line')
  local last = marks[1] or ''
  local members = redis.call('ZRANGEBYLEX', holders, last == '' and '-' or '(' .. last, '+', 'LIMIT', 0, MOST_HOLDERS)
  for _, member in ipairs(members) do
    local name, id = string.match(member, '^(%Z*)%z(.*)$')
    if not name then
      redis.call('ZREM', holders, member)
    elseif not holds_rightly(places.scope(name, true), id) then
      redis.call('ZREM', holders, member)
      places.recount(name)
    end
  end
  local line = marks[2] or ''
  for _ = 1, MOST_LINES do
    local member = redis.call('ZRANGEBYLEX', parked, line == '' and '-' or '(' .. line .. '\1', '+', 'LIMIT', 0, 1)[1]
    line = member and string.match(member, '^%Z*') or ''
    if line == '' then
      break
    end
    places.hand_on(places.scope(line, true), 1)
  end
  places.flush_let_go()
  redis.call('HSET', meta, 'audited_holder', #members == MOST_HOLDERS and members[MOST_HOLDERS] or '', 'audited_line', line)
end
