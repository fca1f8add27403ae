-- telling.lua: writes down the ends of jobs that have a parent, until that was told. Needs clock. Reads the locals: notes,
-- ended. Gives: tell_end(id, parent, claims, state, reason, before), flush_told, has_told: how many were written down.
local to_tell, has_told = {}, 0
local DEATHS = {'EXHAUSTED', 'POISON', 'UNKNOWN_TYPE', 'MALFORMED', 'MISSING', 'NON_RETRIABLE', 'BURIED'}

-- `parent` is as a header line or record has it: "!" before it if nobody wants to hear with what the job ended; "" if
-- it has none. `before` is the reason of the state it leaves: one that was redriven and never claimed since had another
-- end of the same claims, which is forgotten if nobody was told of it.
local function tell_end(id, parent, claims, state, reason, before)
  if parent == '' then
    return
  end
  local bare, name = string.match(parent, '^(!?)(.*)$')
  local text = ''
  if bare == '' and state == 's' then
    text = redis.call('HGET', notes, id .. ':r') or ''
  elseif bare == '' then
    text = string.match(redis.call('HGET', notes, id .. ':e') or '', '[^\n]*$')
  end
  local function line(how, why, with)
    return table.concat({name, id, int(claims), how, why}, '\t') .. '\n' .. with
  end
  if before == 'REDRIVEN' then
    local last = bare == '' and string.match(redis.call('HGET', notes, id .. ':e') or '', '[^\n]*$') or ''
    for _, death in ipairs(DEATHS) do
      redis.call('ZREM', ended, line('d', death, last))
    end
  end
  local n = #to_tell
  to_tell[n + 1] = int(now_us + n / 2) -- in the order they ended
  to_tell[n + 2] = line(state, reason, text)
end

local function flush_told()
  has_told = has_told + #to_tell / 2
  for from = 1, #to_tell, 1000 do
    redis.call('ZADD', ended, unpack(to_tell, from, math.min(from + 999, #to_tell)))
  end
  to_tell = {}
end
