-- naming.lua: what the idempotency key of a job that is enqueued says. Needs clock.
-- Reads the locals: idem, and of this call: taken, names, name_ends. Gives: is_named and take_name.

-- Whether an idempotency key is taken, and by a job with which payload: verdict or nil.
local function is_named(id, key, payload, strict)
  local by = taken[key]
  if not by then
    local until_ms, holder, stored = string.match(redis.call('HGET', idem, key) or '', '^(%d+)\t([^\t]*)\t?(%x*)$')
    by = until_ms and tonumber(until_ms) > now and {id = holder, payload = stored}
  end
  if not by then
    return nil
  elseif by.id == id then
    return 'I' .. id
  end
  local other = strict == '1' and payload ~= '' and by.payload ~= '' and payload ~= by.payload
  return (other and 'X' or 'K') .. by.id
end

-- Writes down that a key names a job for so many ms.
local function take_name(id, key, payload, keep)
  local ends_at, n = int(now + tonumber(keep)), #names
  taken[key] = {id = id, payload = payload}
  names[n + 1], names[n + 2] = key, ends_at .. '\t' .. id .. (payload ~= '' and '\t' .. payload or '')
  name_ends[n + 1], name_ends[n + 2] = ends_at, key
end
