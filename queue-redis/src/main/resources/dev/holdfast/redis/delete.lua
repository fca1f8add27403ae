-- delete.lua: removes every trace of a job that is not active.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] notes    hash  job id:kind -> note
-- KEYS[4] due      zset  lane and job id -> due time
-- KEYS[5] dead     zset  job id -> keep until
-- KEYS[6] done     zset  job id -> keep until
-- KEYS[7] skip     hash  lane:job id -> entries to ignore
-- KEYS[8] leases   zset  job id -> lease end (only for the command that frees)
-- KEYS[9] idem     hash  idempotency key -> end and job id
-- KEYS[10] ends    zset  idempotency key -> end
-- KEYS[11] meta    hash  settings and marks of the queue
-- KEYS[12] unique  hash  rule, type and unique key -> job id
-- KEYS[13] limits  hash  scope -> what is set for it
-- KEYS[14] rates   hash  scope -> where its rate stands
-- KEYS[15] holders zset  scope and job id -> 0
-- KEYS[16] parked  zset  scope, rank, number, lane and job id -> 0
-- KEYS[17] seats   hash  job id -> its member of parked
-- KEYS[18] wakes   zset  scope -> when to look at it, epoch ms
-- KEYS[19] bell    list  at most one token
-- KEYS[20] high    list  job id
-- KEYS[21] normal  list  job id
-- KEYS[22] low     list  job id
-- KEYS[23] suspect list  job id
-- KEYS[24] journal hash  job id -> how its journal stands; and its entries, messages and subjects
-- KEYS[25] listeners zset  subject and job id -> 0
-- KEYS[26] ended   zset  parent, job id and how it ended -> when, epoch us
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] job id   ARGV[3] "1" to delete a dead letter only
-- Returns {DONE} | {ACTIVE} nothing was changed | {NOT_APPLICABLE} it is not dead | {NOT_FOUND}
--   | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n), and up to 2,000 fields of its journal: what is left of that goes with retention. Atomic; safe to repeat.
local jobs, track, notes, due = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local dead, done, skip, leases = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local idem, ends, meta, unique = KEYS[9], KEYS[10], KEYS[11], KEYS[12]
local limits, rates, holders, parked, seats, wakes = KEYS[13], KEYS[14], KEYS[15], KEYS[16], KEYS[17], KEYS[18]
local bell = KEYS[19]
local lane_keys = {h = KEYS[20], n = KEYS[21], l = KEYS[22], s = KEYS[23]}
local journal, listeners, ended = KEYS[24], KEYS[25], KEYS[26]
local id, only_dead = ARGV[2], ARGV[3] == '1'
local marks = redis.call('HMGET', meta, 'paused', 'layout', 'limits', 'runs', 'ties')
local paused, layout, limited, runs, ties = marks[1], marks[2], marks[3], marks[4], marks[5]
--- include clock, header, track, bell, limiting, unique, journaling, telling, layout, leaving

redis.call('ZCARD', dead)
redis.call('ZCARD', done)
redis.call('HLEN', notes)
redis.call('HLEN', skip)
redis.call('HLEN', idem)
redis.call('ZCARD', ends)
redis.call('HLEN', unique)
redis.call('LLEN', bell)
if limited then
  limiting() -- which reads its keys
end
if runs then
  redis.call('HLEN', journal)
  redis.call('ZCARD', listeners)
end
if ties then
  redis.call('ZCARD', ended)
end
if foreign(layout) then
  return {'OTHER_LAYOUT', layout, LAYOUT}
end
local record = redis.call('HGET', track, id)
local t = read_track(record)
local body = redis.call('HGET', jobs, id)
local spoilt = record and not t
if not record and not body then
  return {'NOT_FOUND'}
elseif only_dead and not (t and t.state == 'd') then
  return {'NOT_APPLICABLE'}
elseif t and t.state == 'a' or spoilt and redis.call('ZSCORE', leases, id) then
  return {'ACTIVE'}
end
redis.call('ZREM', leases, '')
if t and t.state == 'q' then
  leave(id, lane_of(t), t.type, limit_key_of(t.rest))
elseif not t and body and not redis.call('ZSCORE', dead, id) then
  local lane, of_type, _, _, _, key = header(body)
  leave(id, not spoilt and lane or nil, of_type, key)
end
local _, type, _, name, uniq, _, _, parent = header(body or '')
if ties and (t and t.state == 'q' or not t and not redis.call('ZSCORE', dead, id)) then
  tell_end(id, t and parent_of(t.rest) or parent or '', t and t.claims or 0, 'c', 'CANCELLED_ON_REQUEST',
      t and t.reason)
  flush_told()
end
type = type or t and t.type or ''
uniq = uniq or unique_of(t and t.rest or '')
let_go(id, type, uniq)
flush_unique()
if not only_dead then
  -- The caller's own names for the job go too: they may be personal, and would block the work anew.
  name = name or string.match(t and t.rest or '', '^\t([^\t]*)') or ''
  local window = string.match(uniq, '^[wt]') and string.gsub(unique_field(type, uniq), ':', '\t', 2) or ''
  for _, field in ipairs({name, window}) do
    if field ~= '' and string.match(redis.call('HGET', idem, field) or '', '^%d+\t([^\t]*)') == id then
      redis.call('HDEL', idem, field)
      redis.call('ZREM', ends, field)
    end
  end
end
redis.call('ZREM', dead, id)
redis.call('ZREM', done, id)
redis.call('HDEL', jobs, id)
redis.call('HDEL', track, id)
redis.call('HDEL', notes, id .. ':p', id .. ':c', id .. ':o', id .. ':r', id .. ':e', id .. ':l')
if runs and journals().drop({id}) == 0 then
  redis.call('ZADD', done, '0', id)
end
write_limits()
if has_let_go + has_told > 0 then
  ring(bell, paused)
end
return {'DONE'}
