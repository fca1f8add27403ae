-- running.lua: whether a job is known and has not ended. Needs track. Reads the locals: jobs, track, leases.
-- Gives: running(id).
-- A dead letter has ended: whoever redrives it later has it run beside what a schedule fires meanwhile.
local function running(key)
  if key == '' then
    return false
  end
  local record = redis.call('HGET', track, key)
  if not record then
    return redis.call('HEXISTS', jobs, key) == 1
  end
  local t = read_track(record)
  if not t then
    return redis.call('ZSCORE', leases, key) ~= false
  end
  return t.state == 'q' or t.state == 'a'
end
