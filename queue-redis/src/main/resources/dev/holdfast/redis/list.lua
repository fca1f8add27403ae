-- list.lua: reads a page of the jobs in a state.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] notes    hash  job id:kind -> note
-- KEYS[4] due      zset  lane and job id -> due time
-- KEYS[5] dead     zset  job id -> keep until
-- KEYS[6] done     zset  job id -> keep until
-- KEYS[7] leases   zset  job id -> lease end
-- KEYS[8] skip     hash  lane:job id -> entries to ignore
-- KEYS[9] high     list  job id
-- KEYS[10] normal  list  job id
-- KEYS[11] low     list  job id
-- KEYS[12] suspect list  job id
-- KEYS[13] seats   hash  job id -> its member of parked
-- KEYS[14] parked  zset  scope, rank, number, lane and job id -> 0
-- ARGV[1] now, epoch ms; "" means the server's TIME (not read here)
-- ARGV[2] state: ready scheduled waiting parked active succeeded cancelled dead   ARGV[3] offset   ARGV[4] most jobs
-- Returns {PAGE, next offset or -1, then ten a job: id, record or "", body or "", due time or "",
--   keep until or "", progress, history, log, result, scope it is parked by or ""}
-- Cost: O(log n) and a page, at most 200 jobs or 1 MiB; O(offset) for ready jobs. Reads only.
--- include header, track
local jobs, track, notes, due, dead, done = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local leases, skip, seats, parked = KEYS[7], KEYS[8], KEYS[13], KEYS[14]
local lanes = {{'h', KEYS[9]}, {'n', KEYS[10]}, {'l', KEYS[11]}, {'s', KEYS[12]}}
local state, offset, most = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local MOST_BYTES = 1048576
local PARKED = '^%Z*%z' .. string.rep('%d', 17) .. '%l(' .. string.rep('%w', 26) .. ')' -- the job of a member of parked
--- include view, skip

local ids = {}
local wanted
if state == 'ready' then
  local from = offset
  for _, lane in ipairs(lanes) do
    local length = redis.call('LLEN', lane[2])
    if from < length and #ids < most then
      for _, id in ipairs(redis.call('LRANGE', lane[2], from, from + most - #ids - 1)) do
        ids[#ids + 1] = {id, lane[1]}
      end
    end
    from = math.max(0, from - length)
  end
elseif state == 'scheduled' or state == 'waiting' then
  for _, member in ipairs(redis.call('ZRANGE', due, offset, offset + most - 1)) do
    ids[#ids + 1] = {string.sub(member, 2)} -- which of the two it is its record says
  end
elseif state == 'parked' then
  for _, member in ipairs(redis.call('ZRANGE', parked, offset, offset + most - 1)) do
    ids[#ids + 1] = {string.match(member, PARKED) or ''}
  end
elseif state == 'active' then
  for _, id in ipairs(redis.call('ZRANGE', leases, offset, offset + most - 1)) do
    ids[#ids + 1] = {id}
  end
else
  wanted = ({succeeded = 's', cancelled = 'c', dead = 'd'})[state]
  local key = state == 'dead' and dead or done
  for _, id in ipairs(redis.call('ZREVRANGE', key, offset, offset + most - 1)) do
    ids[#ids + 1] = {id}
  end
end

local reply, bytes, looked = {'PAGE', -1}, 0, 0
local skips = redis.call('HLEN', skip)
local skipped = {}
for _, entry in ipairs(ids) do
  local id, lane = entry[1], entry[2]
  local job = view(id, state == 'dead')
  local fits = job ~= nil
  if fits and wanted then
    fits = string.sub(job[1], 1, 1) == wanted
  elseif fits and (state == 'scheduled' or state == 'waiting') then
    local t = read_track(job[1])
    fits = (t ~= nil and t.reason == 'SUSPENDED') == (state == 'waiting')
  elseif fits and lane then
    local t = read_track(job[1])
    fits = not t or t.state == 'q'
    local field = fits and skips > 0 and skip_field(lane, id)
    if field then
      skipped[field] = (skipped[field] or 0) + 1
      fits = skipped[field] > tonumber(redis.call('HGET', skip, field))
    end
  end
  if fits then
    local size = #job[2] + #job[6] + #job[7] + #job[8]
    if bytes > 0 and bytes + size > MOST_BYTES then
      break
    end
    bytes = bytes + size
    reply[#reply + 1] = id
    for _, part in ipairs(job) do
      reply[#reply + 1] = part
    end
  end
  looked = looked + 1
end
if looked < #ids or #ids == most then
  reply[2] = offset + looked
end
return reply
