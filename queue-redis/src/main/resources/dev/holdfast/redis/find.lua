-- find.lua: reads all that is known of a job.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] notes    hash  job id:kind -> note
-- KEYS[4] due      zset  lane and job id -> due time
-- KEYS[5] dead     zset  job id -> keep until
-- KEYS[6] done     zset  job id -> keep until
-- KEYS[7] seats   hash  job id -> its member of parked
-- ARGV[1] now, epoch ms; "" means the server's TIME (not read here)
-- ARGV[2] job id
-- Returns {NOT_FOUND} | {FOUND, record or "", body or "", due time or "", keep until or "", progress,
--   history, log, result, scope it is parked by or ""}
-- Cost: O(log n). Reads only.
--- include header, track
local jobs, track, notes, due, dead, done = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local seats = KEYS[7]
--- include view
local found = view(ARGV[2], true)
if not found then
  return {'NOT_FOUND'}
end
return {'FOUND', unpack(found)}
