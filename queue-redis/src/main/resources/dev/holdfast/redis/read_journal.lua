-- read_journal.lua: reads a piece of a run's journal.
-- KEYS[1] jobs     hash  job id -> header line and envelope
-- KEYS[2] track    hash  job id -> record
-- KEYS[3] journal  hash  job id -> how its journal stands; and its entries, messages and subjects
-- ARGV[1] now, epoch ms; "" means the server's TIME
-- ARGV[2] job id   ARGV[3] how many entries the caller has   ARGV[4] how many messages
-- Returns {JOURNAL, more 0|1, how many of the following are entries, then entries and messages: ms, tab and the entry;
--   ms, tab, message id, line feed and the message} | {DAMAGED} it cannot be read
-- Cost: O(the piece), 1 MiB or one part more. Reads only.
local jobs, track, journal = KEYS[1], KEYS[2], KEYS[3]
local listeners, meta -- which only what writes needs
local id, entries, messages = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local PIECE, MOST_BYTES = 100, 1048576
--- include clock, journaling
local h = journals().find_head(id)
if not h then
  return {'DAMAGED'}
elseif redis.call('HEXISTS', track, id) == 0 and redis.call('HEXISTS', jobs, id) == 0 then
  return {'JOURNAL', 0, 0} -- what is left of one that is being removed, or of a copy that is being made
end
local reply, bytes, entries_given = {'JOURNAL', 0, 0}, 0, 0
while entries + messages < h.entries + h.messages do
  local found = redis.call('HMGET', journal, unpack(journals().fields_after(id, h, entries, messages, PIECE)))
  for _, part in ipairs(found) do
    if not part then
      return {'DAMAGED'}
    elseif bytes > 0 and bytes + #part > MOST_BYTES then
      reply[2], reply[3] = 1, entries_given
      return reply
    end
    bytes = bytes + #part
    reply[#reply + 1] = part
    if entries < h.entries then
      entries, entries_given = entries + 1, entries_given + 1
    else
      messages = messages + 1
    end
  end
end
reply[3] = entries_given
return reply
