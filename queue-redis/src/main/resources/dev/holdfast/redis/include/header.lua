-- header.lua: reads the header line of a job's body. docs/keys.md lists its fields.
-- Gives: header(body), and OPEN and MOST_INSTANT for what follows from it.

-- What stands before the token in the record of an active job: lane, and the counters between tabs.
local OPEN = '^a\t([hnl])\t[%u_]+\t%d+(\t%d+\t%d+\t%d+\t%d+\t%d+\t)$'
-- The most digits of an instant that the reader in Java takes, and that as a number here keeps to the last one.
local MOST_INSTANT = 15

-- Lane, type, start, idempotency key and unique key (or "" each) of a body's header line; nil if it cannot be read.
local function header(body)
  local lane, type, uniq, start, idem = string.match(body,
      '^([hnl])\t([%w._-]+)\t[^\t\n]*\t([^\t\n]*)\t[^\t\n]*\t([^\t\n]*)\t?([^\t\n]*)[^\n]*\n')
  return lane, type, start, idem, uniq
end
