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
-- ARGV[1] now, epoch ms; "" means the server's TIME (not read here)
-- ARGV[2] job id   ARGV[3] "1" to delete a dead letter only
-- Returns {DONE} | {ACTIVE} nothing was changed | {NOT_APPLICABLE} it is not dead | {NOT_FOUND}
--   | {OTHER_LAYOUT, stored, known}
-- Cost: O(log n). Atomic; safe to repeat.
--- include header, track, layout
local jobs, track, notes, due = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local dead, done, skip, leases = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local idem, ends, meta = KEYS[9], KEYS[10], KEYS[11]
local id, only_dead = ARGV[2], ARGV[3] == '1'
--- include leaving

redis.call('ZCARD', dead)
redis.call('ZCARD', done)
redis.call('HLEN', notes)
redis.call('HLEN', skip)
redis.call('HLEN', idem)
redis.call('ZCARD', ends)
local layout = redis.call('HGET', meta, 'layout')
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
  leave(id, lane_of(t))
elseif not t and body and not redis.call('ZSCORE', dead, id) then
  leave(id, not spoilt and header(body) or nil)
end
if not only_dead then
  -- The caller's own name for the job goes too: it may be personal, and it would block the work anew.
  local _, _, _, name = header(body or '')
  name = name or string.match(t and t.rest or '', '^\t([^\t]*)') or ''
  if name ~= '' and string.match(redis.call('HGET', idem, name) or '', '^%d+\t(.*)$') == id then
    redis.call('HDEL', idem, name)
    redis.call('ZREM', ends, name)
  end
end
redis.call('ZREM', dead, id)
redis.call('ZREM', done, id)
redis.call('HDEL', jobs, id)
redis.call('HDEL', track, id)
redis.call('HDEL', notes, id .. ':p', id .. ':c', id .. ':o', id .. ':r', id .. ':e', id .. ':l')
return {'DONE'}
