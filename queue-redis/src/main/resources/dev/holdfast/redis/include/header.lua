-- header.lua: reads the header line of a job's body. docs/keys.md lists its fields.
-- Gives: header(body), tail_of(idem, uniq, key, parent), and OPEN and MOST_INSTANT for what follows from it.

-- What stands before the token in the record of an active job: lane, and the counters between tabs.
local OPEN = '^a\t([hnl])\t[%u_]+\t%d+(\t%d+\t%d+\t%d+\t%d+\t%d+\t)$'
-- The most digits of an instant that the reader in Java takes, and that as a number here keeps to the last one.
local MOST_INSTANT = 15

-- Lane, type, start, idempotency key, unique key and limit key (or "" each), cost and parent (or "") of a body's header
-- line; nil if it cannot be read.
local function header(body)
  local lane, type, key, uniq, parent, start, idem, cost = string.match(body,
      '^([hnl])\t([%w._-]+)\t([^\t\n]*)\t([^\t\n]*)\t([^\t\n]*)\t([^\t\n]*)\t?([^\t\n]*)\t?(%d*)[^\n]*\n')
  return lane, type, start, idem, uniq, key, tonumber(cost) or 1, parent
end

-- What a record says after the type: idempotency key, unique key, limit key and parent, those at the end left out if
-- empty.
local function tail_of(idem, uniq, key, parent)
  return parent ~= '' and '\t' .. idem .. '\t' .. uniq .. '\t' .. key .. '\t' .. parent
      or key ~= '' and '\t' .. idem .. '\t' .. uniq .. '\t' .. key
      or uniq ~= '' and '\t' .. idem .. '\t' .. uniq
      or idem ~= '' and '\t' .. idem or ''
end
