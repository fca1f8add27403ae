-- journals.lua: what runs have written down, what they were sent, and what they listen for. Needs clock.
-- Reads the locals: journal, listeners, meta. Gives a table of functions. docs/keys.md lists the fields of journal.
-- The head of a job's journal is there as long as anything of it is. Where one is damaged nobody can tell what the job
-- did, so nothing is added to it.
local HEAD, PIECE, MOST_INLINE, MOST_PARTS, MOST_GONE = '^(%d+)\t(%d+)\t(%d+)\t(%d+)\t(%d*)$', 1000, 65536, 4096, 2000
local MOST_MESSAGES, MOST_MAIL, NEVER = 100000, 16777216, 2147483647
local gone_room = MOST_GONE -- fields this call may still remove
local marked = false

local function pieces(command, key, list)
  for from = 1, #list, PIECE do
    redis.call(command, key, unpack(list, from, math.min(from + PIECE - 1, #list)))
  end
end

-- How a journal stands: entries and their bytes, messages and theirs, and how many messages wake its run, or nil. All
-- zero if there is none; nil if it cannot be read.
local function read_head(text)
  if not text then
    return {entries = 0, bytes = 0, messages = 0, mail = 0, fresh = true}
  end
  local entries, bytes, messages, mail, wake_on = string.match(text, HEAD)
  return entries and {entries = tonumber(entries), bytes = tonumber(bytes), messages = tonumber(messages),
      mail = tonumber(mail), wake_on = tonumber(wake_on)}
end

local function find_head(id)
  return read_head(redis.call('HGET', journal, id))
end

local function write_head(id, h, fields)
  local n = #fields
  fields[n + 1] = id
  fields[n + 2] = table.concat({int(h.entries), int(h.bytes), int(h.messages), int(h.mail),
      h.wake_on and int(h.wake_on) or ''}, '\t')
  pieces('HSET', journal, fields)
  if not marked then
    redis.call('HSET', meta, 'runs', '1')
    marked = true
  end
end

-- Has a job listen for subjects, beside those it does listen for.
local function listen(id, subjects, fields)
  if #subjects == 0 then
    return
  end
  local known, members = redis.call('HGET', journal, id .. '!') or '', {}
  for _, subject in ipairs(subjects) do
    if not string.find('\n' .. known .. '\n', '\n' .. subject .. '\n', 1, true) then
      known = known == '' and subject or known .. '\n' .. subject
      members[#members + 1] = '0'
      members[#members + 1] = subject .. '\0' .. id
    end
  end
  if #members > 0 then
    pieces('ZADD', listeners, members)
    fields[#fields + 1] = id .. '!'
    fields[#fields + 1] = known
  end
end

-- Entries and subjects as a caller sends them: of each a letter (e s), its length, a colon, and itself.
local function read_parts(text)
  local entries, subjects, at = {}, {}, 1
  while at <= #text do
    local kind, length, first = string.match(text, '^([es])(%d+):()', at)
    local list = kind == 'e' and entries or subjects
    at = first + tonumber(length)
    list[#list + 1] = string.sub(text, first, at - 1)
  end
  return entries, subjects
end

-- What is to be written, if it goes with what is there: no gap, and no other bytes at a place that is taken. What is
-- there stays as it is, however often it is sent. Nil if it does not.
local function fit(id, h, after, parts)
  local entries, subjects = read_parts(parts)
  local same, at = 0, now_text
  if after > h.entries then
    return nil
  end
  while same < #entries and after + same < h.entries do
    local stored = redis.call('HGET', journal, id .. '#' .. int(after + same + 1)) or ''
    local ms, bytes = string.match(stored, '^(%d+)\t(.*)$')
    if bytes ~= entries[same + 1] then
      return nil
    end
    same, at = same + 1, ms
  end
  return {id = id, h = h, entries = entries, subjects = subjects, same = same, at = at}
end

-- Writes what fits. Gives when the last of the entries was written, ms as text; now if there are none.
local function write(what, wake_on)
  local id, h, entries, subjects, at, fields = what.id, what.h, what.entries, what.subjects, what.at, {}
  for i = what.same + 1, #entries do
    local n = #fields
    h.entries, h.bytes, at = h.entries + 1, h.bytes + #entries[i], now_text
    fields[n + 1], fields[n + 2] = id .. '#' .. int(h.entries), now_text .. '\t' .. entries[i]
  end
  listen(id, subjects, fields)
  if #fields > 0 or wake_on or h.wake_on then
    h.wake_on = wake_on and wake_on < NEVER and wake_on or nil
    write_head(id, h, fields)
  end
  return at
end

-- What would become of a message: DELIVERED, ALREADY or FULL.
local function weigh(id, h, name, bytes)
  if redis.call('HEXISTS', journal, id .. '@' .. name) == 1 then
    return 'ALREADY'
  elseif h.messages >= MOST_MESSAGES or h.mail + #bytes > MOST_MAIL then
    return 'FULL'
  end
  return 'DELIVERED'
end

local function keep(id, h, name, bytes)
  h.messages, h.mail = h.messages + 1, h.mail + #bytes
  local k = int(h.messages)
  write_head(id, h, {id .. '<' .. k, now_text .. '\t' .. name .. '\n' .. bytes, id .. '@' .. name, k})
end

-- The fields of entries and messages behind so many of each, in order, at most so many.
local function fields_after(id, h, entries, messages, most)
  local fields = {}
  for k = entries + 1, math.min(h.entries, entries + most) do
    fields[#fields + 1] = id .. '#' .. int(k)
  end
  for k = messages + 1, math.min(h.messages, messages + most - #fields) do
    fields[#fields + 1] = id .. '<' .. int(k)
  end
  return fields
end

-- What a claim brings of a journal if there is room for so many bytes, and how many bytes that is: how many entries,
-- how many messages, and those; -1 and 0 if it is too large, or damaged. Nil if nothing is in it.
local function bring(id, text, room)
  local h = read_head(text)
  if h and h.entries + h.messages == 0 then
    return nil, 0
  end
  local size = h and h.bytes + h.mail
  if not h or size > math.min(MOST_INLINE, room) or h.entries + h.messages > MOST_PARTS then
    return {'-1', '0'}, 0
  end
  local brought = {int(h.entries), int(h.messages)}
  local fields = fields_after(id, h, 0, 0, MOST_PARTS)
  for from = 1, #fields, PIECE do
    local found = redis.call('HMGET', journal, unpack(fields, from, math.min(from + PIECE - 1, #fields)))
    for _, part in ipairs(found) do
      brought[#brought + 1] = part or nil
    end
  end
  if #brought ~= #fields + 2 then
    return {'-1', '0'}, 0
  end
  return brought, size
end

-- The last of a journal goes first, so that what is left of it is one still.
local function drop_one(id, h)
  local gone, whole = {}, true
  while h and h.entries + h.messages > 0 do
    if gone_room <= 0 then
      whole = false
      break
    end
    gone_room = gone_room - 1
    if h.messages > 0 then
      local field = id .. '<' .. int(h.messages)
      local name = string.match(redis.call('HGET', journal, field) or '', '^%d*\t([^\n]*)')
      gone[#gone + 1] = field
      gone[#gone + 1] = name and id .. '@' .. name
      h.messages = h.messages - 1
    else
      gone[#gone + 1] = id .. '#' .. int(h.entries)
      h.entries = h.entries - 1
    end
  end
  if whole then
    local members = {}
    for subject in string.gmatch(redis.call('HGET', journal, id .. '!') or '', '[^\n]+') do
      members[#members + 1] = subject .. '\0' .. id
    end
    pieces('ZREM', listeners, members)
    gone[#gone + 1] = id .. '!'
    gone[#gone + 1] = id
  end
  pieces('HDEL', journal, gone)
  if not whole then
    h.wake_on = nil
    write_head(id, h, {})
  end
  return whole
end

-- Removes the journals of jobs, one after another, as far as a call may. Gives how many of the jobs have none any more.
local function drop(ids)
  local heads = redis.call('HMGET', journal, unpack(ids))
  for n, id in ipairs(ids) do
    if heads[n] and not drop_one(id, read_head(heads[n])) then
      return n - 1
    end
  end
  return #ids
end

return {read_head = read_head, find_head = find_head, write_head = write_head, listen = listen, fit = fit,
    write = write, weigh = weigh, keep = keep, fields_after = fields_after, bring = bring, drop = drop}
