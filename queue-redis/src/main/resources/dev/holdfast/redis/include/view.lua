-- view.lua: all that is known of one job. Reads the locals: jobs, track, notes, due, dead, done,
-- seats.
-- Gives: view(id, whole) -> nine strings, or nil: record or "", body (only its header line unless whole)
--   or "", due time or "", keep until or "", progress, history, log, result, scope it is
--   parked by or "".
local function view(id, whole)
  local record = redis.call('HGET', track, id)
  local body = redis.call('HGET', jobs, id)
  if not record and not body then
    return nil
  end
  local t = read_track(record)
  local lane = t and lane_of(t) or body and header(body) or 'n'
  local due_at, keep, scope = '', '', ''
  if not t or t.state == 'q' then
    due_at = redis.call('ZSCORE', due, lane .. id) or ''
    scope = string.match(redis.call('HGET', seats, id) or '', '^(%Z+)%z') or ''
  elseif t.state == 'd' then
    keep = redis.call('ZSCORE', dead, id) or ''
  elseif t.state ~= 'a' then
    keep = redis.call('ZSCORE', done, id) or ''
  end
  local left = {'', '', '', ''}
  if record then
    local found = redis.call('HMGET', notes, id .. ':p', id .. ':e', id .. ':l', id .. ':r')
    for i = 1, 4 do
      left[i] = found[i] or ''
    end
  end
  local text = body or ''
  if not whole and header(text) then
    text = string.match(text, '^[^\n]*\n')
  end
  return {record or '', text, due_at, keep, left[1], left[2], left[3], left[4], scope}
end
