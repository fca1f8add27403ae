-- schedule.lua: reads and writes where a schedule stands, as `schedules` holds it. docs/keys.md lists its fields.
-- Needs clock. Gives: read_schedule(text) -> table or nil, write_schedule(table) -> text.
local SCHEDULE = '^(%w+)\t([%w._-]*)\t(%d*)\t(%d*)\t(%d*)\t(%w*)\t(%d*)\t(%d+)\t(%d+)\t(%d+)\t(%d*)(.*)$'

local function read_schedule(text)
  if not text then
    return nil
  end
  local revision, owner, paused, next_tick, last, job, waiting, fired, missed, skipped, last_skipped, rest =
      string.match(text, SCHEDULE)
  if not revision then
    return nil
  end
  return {revision = revision, owner = owner, paused = paused, next = next_tick, last = last, job = job,
      waiting = waiting, fired = tonumber(fired), missed = tonumber(missed), skipped = tonumber(skipped),
      last_skipped = last_skipped, rest = rest}
end

local function write_schedule(s)
  return table.concat({s.revision, s.owner, s.paused, s.next, s.last, s.job, s.waiting, int(s.fired), int(s.missed),
      int(s.skipped), s.last_skipped}, '\t') .. s.rest
end
