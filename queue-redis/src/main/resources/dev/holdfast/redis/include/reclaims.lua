-- reclaims.lua: the claims of a turn that are no first claim of a sound job. Needs clock, header, track, ends,
-- skip.
-- Reads the locals of turn.lua. Gives: take_odd(lane, id, body, record, written), hand_back_lost();
-- `written` is the head of the job's journal, if any.

-- Puts what a job has written down and was sent before its claim in the reply; `size` are the bytes of the rest.
local function add_journal(id, written, size)
  local brought, more = nil, 0
  if written then
    brought, more = journals().bring(id, written, MOST_BYTES - bytes - size)
  end
  if brought then
    n_reply = n_reply + 1
    reply[n_reply] = '+'
    for n, part in ipairs(brought) do
      reply[n_reply + n] = part
    end
    n_reply = n_reply + #brought
    bytes = bytes + more
  end
end

-- A job that has a record: it was claimed or moved before.
local function claim_again(id, t, body, suspect, checkpoint)
  local waited_from = t.due
  t.state = 'a'
  t.reason = 'CLAIMED'
  t.at = now_text
  t.claims = t.claims + 1
  t.token = next_digits() .. '-' .. nonce
  t.consumer = consumer
  local record = write_track(t)
  lease_out(id, record, body)
  bytes = bytes + #checkpoint
  push(reply, '*', id, t.token, suspect and '1' or '0', record, waited_from, checkpoint, body)
end

-- A job the engine cannot hand out is buried with what is left of it, never looped.
local function bury(id, t, reason)
  t = t or new_track('n', '', '', '', '', '', '')
  t.token = ''
  finish(id, t, 'd', reason)
  corrupt = corrupt + 1
end

-- Takes the first entry of a lane. False if it claimed nothing; sets `cut`, and leaves the entry, if the job is too
-- large for this turn.
local function take_odd(lane, id, body, record, written)
  local t = read_track(record)
  local ignored = skips > 0 and skip_field(lane, id)
  if not ignored and body and not mine_now[id] and (not t or t.state == 'q') and #id == 26 and string.find(id, ID)
      and read_line(body) then
    local checkpoint = has_notes and t and t.claims > 0 and redis.call('HGET', notes, id .. ':c') or ''
    if claimed > 0 and bytes + #body + #checkpoint > MOST_BYTES then
      cut = true
      return false
    elseif limited and not may_begin(lane, id, line_type, line_key, line_cost) then
      return false
    end
    redis.call('LMOVE', lane_keys[lane], active, 'LEFT', 'RIGHT')
    if t and limited and limit_key_of(t.rest) ~= line_key then
      -- A worker of an older version wrote its record; places are given back by it.
      t.rest = tail_of(string.match(t.rest, '^\t([^\t]*)') or '', unique_of(t.rest), line_key, line_parent)
    end
    add_journal(id, written, #body + #checkpoint)
    if t then
      claim_again(id, t, body, lane == 's', checkpoint)
      n_reply = n_reply + 8
    else
      lease_out(id, claim_head .. next_digits() .. claim_tail, body)
      reply[n_reply + 1], reply[n_reply + 2], n_reply = id, body, n_reply + 2
    end
    return true
  end
  redis.call('LPOP', lane_keys[lane])
  if ignored then
    -- Looked at first: what is no count would fail here, after jobs have left their lane.
    local count = tonumber(redis.call('HGET', skip, ignored)) or 0
    if count > 1 and count % 1 == 0 then
      redis.call('HINCRBY', skip, ignored, -1)
    else
      redis.call('HDEL', skip, ignored)
      skips = skips - 1
    end
  elseif mine_now[id] or t and t.state ~= 'q' or #id ~= 26 or not string.find(id, ID) then
    return false -- an entry beyond the one that counts
  else
    if limited then
      limiting().leave_line(id)
    end
    bury(id, t, body and 'MALFORMED' or 'MISSING')
  end
  return false
end

local function by_claim(a, b)
  return a.number < b.number
end

-- What the lost turn of this number claimed, and the caller does not name.
local function hand_back_lost()
  local named, looked_at, lost = {}, {}, {}
  for i = 15, 14 + held_count do
    named[ARGV[i]] = true
  end
  -- Of a job that was reaped, and claimed again by the same consumer, the list holds an older entry, too: so the
  -- order is that of the claims, not of the list.
  for _, id in ipairs(redis.call('LRANGE', active, 0, 255)) do
    local record = not looked_at[id] and redis.call('HGET', track, id)
    local t = read_track(record)
    looked_at[id] = true
    if t and t.state == 'a' and t.consumer == consumer then
      local claim_number = tonumber(string.match(t.token, '^%d+') or 0)
      -- A job claimed in the lost turn may be named for an earlier claim, settled in that turn or reaped before it.
      if not named[id] or claim_number >= last_token then
        lost[#lost + 1] = {id = id, t = t, record = record, number = claim_number}
      end
    end
  end
  table.sort(lost, by_claim)
  for _, one in ipairs(lost) do
    local id, t = one.id, one.t
    local body = redis.call('HGET', jobs, id)
    local checkpoint = has_notes and redis.call('HGET', notes, id .. ':c') or ''
    local size = body and #body + #checkpoint
    if body and (claimed == 0 or bytes + size <= MOST_BYTES) then
      local _, _, start = header(body)
      add_journal(id, runs and redis.call('HGET', journal, id), size)
      claimed, bytes = claimed + 1, bytes + size
      push(reply, '*', id, t.token, t.crashes > 1 and '1' or '0', one.record,
          t.due ~= '' and t.due or start or '', checkpoint, body)
      n_reply = n_reply + 8
    end
  end
end
