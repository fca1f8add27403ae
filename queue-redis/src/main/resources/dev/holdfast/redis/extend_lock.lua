-- extend_lock.lua: makes the lease of a lock longer, if its holder still has it.
-- KEYS[1] lock     hash  owner, token, until (epoch us), lease (ms) of one lock
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] owner   ARGV[3] fencing token   ARGV[4] lease from now, ms
-- ARGV[5] how long the token is remembered after the lease, ms
-- Returns {EXTENDED} | {TAKEN} another holds it | {FREE} nobody holds it: unlocked, its lease ran
--   out, or the key was lost
-- Cost: O(1). Atomic; safe to repeat. A lease that ran out stays so, even if nobody took the lock.
--- include clock
local lock = KEYS[1]
local owner, token, lease, keep = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local known = redis.call('HMGET', lock, 'owner', 'token', 'until')
if not known[1] or (tonumber(known[3] or '0') or 0) <= now_us then
  return {'FREE'}
end
if known[1] ~= owner or known[2] ~= token then
  return {'TAKEN'}
end
redis.call('HDEL', lock, '')
redis.call('HSET', lock, 'until', int(now_us + lease * 1000))
redis.call('PEXPIRE', lock, int(lease + keep))
return {'EXTENDED'}
