-- extend.lua: makes the leases of claims longer, where those claims still stand.
-- KEYS[1] leases   zset  job id -> lease end, epoch ms
-- KEYS[2] track    hash  job id -> record
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] lease, ms   ARGV[3..] two a job: id, claim token; at most 100 jobs
-- Returns {one a job: EXTENDED | CANCEL_REQUESTED extended, and asked to end | TAKEN another claim
--   holds it | UNCLAIMED reaped or settled | GONE not known}
-- Cost: O(log n) a job, n = open leases. Atomic; safe to repeat. Adds a missing lease again.
--- include clock, header, track
local leases, track = KEYS[1], KEYS[2]
local lease = tonumber(ARGV[2])
local ids, add, reply = {}, {}, {}
for i = 3, #ARGV, 2 do
  ids[#ids + 1] = ARGV[i]
end
redis.call('ZREM', leases, '')
local records = redis.call('HMGET', track, unpack(ids))
for n, id in ipairs(ids) do
  local t = read_track(records[n])
  local result
  if not t then
    result = 'GONE'
  elseif t.state ~= 'a' then
    result = 'UNCLAIMED'
  elseif t.token ~= ARGV[2 + 2 * n] then
    result = 'TAKEN'
  else
    result = t.cancel ~= '' and 'CANCEL_REQUESTED' or 'EXTENDED'
    add[#add + 1] = int(now + lease)
    add[#add + 1] = id
  end
  reply[n] = result
end
if #add > 0 then
  redis.call('ZADD', leases, unpack(add))
end
return reply
