-- append.lua: writes entries into a run's journal, if its claim stands, and makes its lease longer.
-- KEYS[1] leases   zset  job id -> lease end, epoch ms
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] journal  hash  job id -> how its journal stands; and its entries, messages and subjects
-- KEYS[4] listeners zset  subject and job id -> 0
-- KEYS[5] meta     hash  settings and marks of the queue
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] job id   ARGV[3] claim token   ARGV[4] lease, ms   ARGV[5] how many entries the journal has before them
-- ARGV[6] entries and subjects, of each a letter (e s), its length, a colon and itself
-- Returns {WRITTEN, when, epoch ms, messages, asked to end 0|1} | {REFUSED} the claim does not stand, or the journal has
--   other entries there, or fewer
--   | {DAMAGED} the journal cannot be read | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n) and the entries. Atomic; safe to repeat: entries that are there at their place stay as they are.
local leases, track, journal, listeners, meta = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
--- include clock, header, track, layout, journaling
local id, token, lease, after, parts = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]

local layout = redis.call('HGET', meta, 'layout')
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
local t = read_track(redis.call('HGET', track, id))
redis.call('ZCARD', listeners)
local h = journals().find_head(id)
if not t or t.state ~= 'a' or t.token ~= token then
  return {'REFUSED'}
elseif not h then
  return {'DAMAGED'}
end
local fitting = journals().fit(id, h, after, parts)
if not fitting then
  return {'REFUSED'}
end
redis.call('ZREM', leases, '')
redis.call('ZADD', leases, int(now + lease), id)
local at = journals().write(fitting, nil)
return {'WRITTEN', at, int(h.messages), t.cancel ~= '' and 1 or 0}
