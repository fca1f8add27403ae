-- fork.lua: adds a job that is a copy of another, with the first entries of its journal, piece by piece.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] journal  hash  job id -> how its journal stands; and its entries, messages and subjects
-- KEYS[4] listeners zset  subject and job id -> 0
-- KEYS[5] done     zset  job id -> keep until, epoch ms
-- KEYS[6] bell     list  at most one token
-- KEYS[7] meta     hash  settings and marks of the queue
-- KEYS[8] high     list  job id
-- KEYS[9] normal   list  job id
-- KEYS[10] low     list  job id
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] id of the job to copy   ARGV[3] id of the copy   ARGV[4] how many entries it begins with
-- Returns {DONE} the copy is there | {MORE} to be called again | {NOT_FOUND} the job or its body is not known
--   | {TOO_FEW} entries | {DAMAGED} a journal cannot be read | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n), and at most 1,000 fields or 1 MiB of the journal. Safe to repeat: what was copied stays. A copy that is
--   not gone on with for an hour goes with retention.
local jobs, track, journal, listeners, done = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local bell, meta = KEYS[6], KEYS[7]
local lane_keys = {h = KEYS[8], n = KEYS[9], l = KEYS[10]}
local id, copy, wanted = ARGV[2], ARGV[3], tonumber(ARGV[4])
local MOST, PIECE, MOST_BYTES, UNFINISHED = 1000, 100, 1048576, 3600000
--- include clock, header, track, bell, layout, journaling

local marks = redis.call('HMGET', meta, 'paused', 'layout')
local paused, layout = marks[1], marks[2]
local tokens = redis.call('LLEN', bell)
redis.call('ZCARD', listeners)
redis.call('ZCARD', done)
for _, key in pairs(lane_keys) do
  redis.call('LLEN', key)
end
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
if redis.call('HEXISTS', jobs, copy) == 1 or redis.call('HEXISTS', track, copy) == 1 then
  return {'DONE'}
end
local body = redis.call('HGET', jobs, id)
local lane, type, _, _, _, key, cost = header(body or '')
if not lane then
  return {'NOT_FOUND'}
end
local h, c = journals().find_head(id), journals().find_head(copy)
if not h or not c then
  return {'DAMAGED'}
elseif h.entries < wanted then
  return {'TOO_FEW'}
end
h.entries = wanted
local left, fields, bytes, looked = journals().fields_after(id, h, c.entries, c.messages, MOST), {}, 0, 0
while looked < #left and bytes < MOST_BYTES do
  local last = math.min(looked + PIECE, #left)
  local found = redis.call('HMGET', journal, unpack(left, looked + 1, last))
  for n, part in ipairs(found) do
    if not part then
      return {'DAMAGED'}
    end
    local place = string.sub(left[looked + n], #id + 1)
    fields[#fields + 1] = copy .. place
    fields[#fields + 1] = part
    bytes = bytes + #part
    if string.sub(place, 1, 1) == '#' then
      c.entries, c.bytes = c.entries + 1, c.bytes + #part - #string.match(part, '^%d*\t?')
    else
      local name, message = string.match(part, '^%d*\t([^\n]*)\n(.*)$')
      c.messages, c.mail = c.messages + 1, c.mail + #(message or '')
      fields[#fields + 1] = copy .. '@' .. (name or '')
      fields[#fields + 1] = string.sub(place, 2)
    end
  end
  looked = last
end
local whole = c.entries == h.entries and c.messages == h.messages
local t = read_track(redis.call('HGET', track, id))
lane = t and t.lane or lane
-- The first write is one that grows: a Redis out of memory refuses it, and with it the whole call.
if not whole then
  redis.call('ZADD', done, int(now + UNFINISHED), copy)
  journals().write_head(copy, c, fields)
  return {'MORE'}
end
local line = table.concat({lane, type, key, '', '', ''}, '\t') .. (cost > 1 and '\t\t' .. int(cost) or '') .. '\n'
redis.call('HSET', jobs, copy, line .. string.match(body, '^[^\n]*\n(.*)$'))
local subjects = {}
for subject in string.gmatch(redis.call('HGET', journal, id .. '!') or '', '[^\n]+') do
  subjects[#subjects + 1] = subject
end
journals().listen(copy, subjects, fields)
if #fields + c.entries + c.messages > 0 then
  journals().write_head(copy, c, fields)
end
redis.call('ZREM', done, copy)
redis.call('RPUSH', lane_keys[lane], copy)
ring(bell, paused, tokens)
return {'DONE'}
