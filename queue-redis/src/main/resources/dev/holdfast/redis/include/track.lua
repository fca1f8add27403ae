-- track.lua: reads and writes a job's record in `track`. docs/keys.md lists its fields.
-- Needs header. Gives: read_track(text) -> table or nil, write_track(table) -> text, lane_of(table), limit_key_of(rest),
-- parent_of(rest), new_track.
local TRACK = '^([qascd])\t([hnl])\t([^\t]*)\t(%d*)\t(%d+)\t(%d+)\t(%d+)\t(%d+)\t(%d+)'
    .. '\t([^\t]*)\t([^\t]*)\t(%d*)\t(%d*)\t(%d*)\t([^\t]*)(.*)$'

local TOKEN = '^%d+%-%x+$'
local MOST_COUNT = 9 -- digits the reader in Java takes

-- nil for no record, and for one that cannot be read here or would not be by the caller: nobody can
-- go on from it, and one such record must not spoil a whole turn.
local function read_track(text)
  if not text then
    return nil
  end
  local state, lane, reason, at, failures, claims, crashes, misses, snoozes, token, consumer, cancel,
      due, missed, type, rest = string.match(text, TRACK)
  if not state or math.max(#failures, #claims, #crashes, #misses, #snoozes) > MOST_COUNT
      or math.max(#at, #due, #missed) > MOST_INSTANT
      or token ~= '' and (#token > 40 or not string.match(token, TOKEN)) then
    return nil
  end
  return {state = state, lane = lane, reason = reason, at = at, failures = tonumber(failures),
      claims = tonumber(claims), crashes = tonumber(crashes), misses = tonumber(misses),
      snoozes = tonumber(snoozes), token = token, consumer = consumer, cancel = cancel, due = due,
      missed = missed, type = type, rest = rest}
end

local function write_track(t)
  return table.concat({t.state, t.lane, t.reason, t.at, t.failures, t.claims, t.crashes, t.misses,
      t.snoozes, t.token, t.consumer, t.cancel, t.due, t.missed, t.type}, '\t') .. t.rest
end

-- The record of a job that was never claimed; `idem` is its idempotency key, `uniq` the letter of its rule and its
-- unique key, `key` its limit key, `parent` who is told of its end, or "" each.
local function new_track(lane, type, at, idem, uniq, key, parent)
  return {state = 'q', lane = lane, reason = 'ENQUEUED', at = at, failures = 0, claims = 0,
      crashes = 0, misses = 0, snoozes = 0, token = '', consumer = '', cancel = '', due = '',
      missed = '', type = type,
      rest = tail_of(idem, uniq, key, parent)}
end

-- The limit key of a record, or "".
local function limit_key_of(rest)
  return string.match(rest, '^\t[^\t]*\t[^\t]*\t([^\t]*)') or ''
end

-- The parent of a record, or "".
local function parent_of(rest)
  return string.match(rest, '^\t[^\t]*\t[^\t]*\t[^\t]*\t([^\t]*)') or ''
end

-- From its second crash on a job goes through the suspect lane, so that it takes no neighbour along.
local function lane_of(t)
  return t.crashes > 1 and 's' or t.lane
end
