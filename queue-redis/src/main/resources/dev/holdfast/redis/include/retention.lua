-- retention.lua: removes jobs that have ended and are not kept any longer. Needs clock, journaling.
-- Reads the locals: jobs, track, notes, done, dead, max_done, max_dead, has_notes, runs. Gives: each, trim_done, trim_dead.

-- Calls a command on a key with a list, in pieces that Lua's stack can take.
local function each(command, key, list, piece)
  local n = #list
  for from = 1, n, piece do
    redis.call(command, key, unpack(list, from, math.min(from + piece - 1, n)))
  end
end

-- Removes what is past its time or over the bound, at most what was added and ten more, so that the work stays
-- bounded and a backlog still shrinks. Gives the ids, which are in no index any more.
local function trim_one(key, size, added, most)
  if size == 0 then
    return {}
  end
  local few, over, ids = added + 10, size - most, {}
  if over < few then
    ids = redis.call('ZRANGEBYSCORE', key, '-inf', now_text, 'LIMIT', '0', int(few))
  end
  if #ids < over then
    ids = redis.call('ZRANGE', key, '0', int(math.min(over, few) - 1))
  end
  if runs and #ids > 0 then
    -- A large journal goes in several calls, and its job with the last of them.
    for n = #ids, journals().drop(ids) + 1, -1 do
      ids[n] = nil
    end
  end
  if #ids > 0 then
    redis.call('ZREMRANGEBYRANK', key, '0', int(#ids - 1))
    each('HDEL', track, ids, 1000)
    if has_notes then
      local fields = {}
      for _, id in ipairs(ids) do
        for kind in string.gmatch('pcorel', '.') do
          fields[#fields + 1] = id .. ':' .. kind
        end
      end
      each('HDEL', notes, fields, 1000)
    end
  end
  return ids
end

-- Each takes how many jobs are there, and how many of them this call added.
local function trim_done(size, added)
  trim_one(done, size, added, max_done) -- their bodies went when they ended
end

-- Gives how many were removed. Only a turn does this, because a worker tells of what is lost.
local function trim_dead(size, added)
  local ids = trim_one(dead, size, added, max_dead)
  each('HDEL', jobs, ids, 1000)
  return #ids
end
