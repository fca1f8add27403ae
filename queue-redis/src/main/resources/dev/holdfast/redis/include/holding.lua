-- holding.lua: whether the job that a unique key names still holds it. Reads the locals: jobs, track, dead. Needs track.
-- Gives: holds(letter, id) -> true or false, the job's record or nil.
local function holds(letter, id)
  local record = redis.call('HGET', track, id)
  local t = read_track(record)
  if not t then
    -- Never claimed nor moved; or its record cannot be read, and then it is taken to be there until it is buried.
    local there = redis.call('HEXISTS', jobs, id) == 1 and not (record and redis.call('ZSCORE', dead, id))
    return there and not (record and string.find(letter, '[dl]') and true), nil
  elseif letter == 'f' then
    return t.state == 'q' or t.state == 'a', t
  elseif letter == 'l' then
    return t.state == 'q', t
  end
  return t.state == 'q' and t.claims == 0, t
end
