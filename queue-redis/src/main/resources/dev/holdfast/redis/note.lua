-- note.lua: what a running attempt leaves with its job, if its claim stands.
-- KEYS[1] track    hash  job id -> record
-- KEYS[2] notes    hash  job id:kind -> note
-- KEYS[3] leases   zset  job id -> lease end (only for the command that frees)
-- ARGV[1] now, epoch ms; "" means the server's TIME (not read here)
-- ARGV[2] job id   ARGV[3] claim token   ARGV[4] progress or ""   ARGV[5] log lines or ""
-- ARGV[6] checkpoint or ""
-- Returns {WRITTEN} | {REFUSED} the claim does not stand
-- Cost: O(1) and the size of the log, at most 100 lines and 16 KiB. Atomic; a repeated log line stays.
--- include header, track
local track, notes, leases = KEYS[1], KEYS[2], KEYS[3]
local id, token, progress, lines, checkpoint = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local MOST_LINES, MOST_BYTES = 100, 16384
local t = read_track(redis.call('HGET', track, id))
redis.call('HLEN', notes)
if not t or t.state ~= 'a' or t.token ~= token then
  return {'REFUSED'}
end
redis.call('ZREM', leases, '')
if progress ~= '' then
  redis.call('HSET', notes, id .. ':p', progress)
end
if checkpoint ~= '' then
  redis.call('HSET', notes, id .. ':c', checkpoint)
end
if lines ~= '' then
  local old = redis.call('HGET', notes, id .. ':l')
  local log = old and (old .. '\n' .. lines) or lines
  local _, breaks = string.gsub(log, '\n', '\n')
  while breaks >= MOST_LINES or (#log > MOST_BYTES and breaks > 0) do
    log = string.gsub(log, '^[^\n]*\n', '', 1)
    breaks = breaks - 1
  end
  if #log > MOST_BYTES then
    -- Not in the middle of a character.
    log = string.gsub(string.sub(log, 1, MOST_BYTES), '[\192-\255][\128-\191]*$', '')
  end
  redis.call('HSET', notes, id .. ':l', log)
end
return {'WRITTEN'}
