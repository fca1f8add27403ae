-- unique.lua: the keys that jobs of a unique rule hold. Reads the local: unique.
-- Gives: unique_of(rest), unique_field(type, uniq), let_go(id, type, uniq), flush_unique, overtaken(id, t).
-- `uniq` is as a header line or record has it: the letter of the rule, then the key. Here are those that a job holds
-- as long as it is there: s until started, f until finished, d debounce, l keep latest. Those of a window, w and t,
-- are beside the idempotency keys and end by themselves.
-- Who holds a key is told by the job it names, too: a job that has ended holds none, whatever is left here. So what
-- is let go below is only what would take up room.
local gone_keys = {}

-- The unique key of a record, or "".
local function unique_of(rest)
  return string.match(rest, '^\t[^\t]*\t([^\t]*)') or ''
end

local function unique_field(type, uniq)
  return string.sub(uniq, 1, 1) .. ':' .. type .. ':' .. string.sub(uniq, 2)
end

-- Who holds a field; nil if nobody does.
local function holder_of(field)
  return string.match(redis.call('HGET', unique, field) or '', '^[^\t]+')
end

-- Frees the key of a job that ends, with the next flush, unless another job has taken it over.
local function let_go(id, type, uniq)
  if string.find(uniq, '^[sfdl]') then
    local n = #gone_keys
    gone_keys[n + 1], gone_keys[n + 2] = unique_field(type, uniq), id
  end
end

local function flush_unique()
  for i = 1, #gone_keys, 2 do
    if holder_of(gone_keys[i]) == gone_keys[i + 1] then
      redis.call('HDEL', unique, gone_keys[i])
    end
  end
  gone_keys = {}
end

-- Whether a newer job has taken the keep-latest key of one that would wait again.
local function overtaken(id, t)
  local uniq = unique_of(t.rest)
  return string.sub(uniq, 1, 1) == 'l' and holder_of(unique_field(t.type, uniq)) ~= id
end
