-- lock.lua: takes a lock for an owner, if no other holds it, and gives it a fencing token.
-- KEYS[1] lock     hash  owner, token, until (epoch us), lease (ms) of one lock
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] owner, unique to this taking of the lock   ARGV[3] lease, ms
-- ARGV[4] how long the token is remembered after the lease, ms
-- Returns {LOCKED, fencing token} | {HELD, ms until the lease of the other holder ends}
-- Cost: O(1). Atomic; safe to repeat: the same owner gets the same token, and a full lease again.
--- include clock
local lock = KEYS[1]
local owner, lease, keep = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local known = redis.call('HMGET', lock, 'owner', 'token', 'until', 'lease')
local last = tonumber(known[2] or '0') or 0
local ends = tonumber(known[3] or '0') or 0
local held = known[1] and ends > now_us
if held and known[1] ~= owner then
  -- A server clock that was set back would leave the lock held for as long again: not longer than
  -- one lease from now, however far it was set.
  local most = now_us + (tonumber(known[4] or '0') or 0) * 1000
  if ends > most then
    ends = most
    redis.call('HDEL', lock, '')
    redis.call('HSET', lock, 'until', int(ends))
  end
  return {'HELD', int(math.ceil((ends - now_us) / 1000))}
end
-- The clock as the base: tokens rise even if the last one was lost with the key.
local token = held and last or math.max(last + 1, now_us)
redis.call('HDEL', lock, '')
redis.call('HSET', lock, 'owner', owner, 'token', int(token), 'until', int(now_us + lease * 1000),
  'lease', int(lease))
redis.call('PEXPIRE', lock, int(lease + keep))
return {'LOCKED', int(token)}
