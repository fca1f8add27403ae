-- unlock.lua: frees a lock, if its holder still has it. The token stays, so that the next rises.
-- KEYS[1] lock     hash  owner, token, until (epoch us), lease (ms) of one lock
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] owner   ARGV[3] fencing token, or "" if the owner never learned it
-- ARGV[4] how long the token is remembered from now, ms
-- Returns {UNLOCKED} | {TAKEN} another holds it | {FREE} nobody held it: unlocked before, or its
--   lease ran out
-- Cost: O(1). Atomic; safe to repeat.
--- include clock
local lock = KEYS[1]
local owner, token, keep = ARGV[2], ARGV[3], ARGV[4]
local known = redis.call('HMGET', lock, 'owner', 'token', 'until')
local held = known[1] and (tonumber(known[3] or '0') or 0) > now_us
if known[1] ~= owner or (token ~= '' and known[2] ~= token) then
  return {held and 'TAKEN' or 'FREE'}
end
redis.call('HDEL', lock, 'owner', 'until', 'lease')
redis.call('PEXPIRE', lock, keep)
return {held and 'UNLOCKED' or 'FREE'}
