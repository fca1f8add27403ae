-- skip.lua: entries of lanes to ignore. Reads the local: skip.
-- Gives: skip_field(lane, id) -> the field that says to ignore this entry, or nil.
-- `?` stands for a job whose lane nobody could tell when it left: its next entry in any lane is ignored.
local function skip_field(lane, id)
  for _, field in ipairs({lane .. ':' .. id, '?:' .. id}) do
    if redis.call('HEXISTS', skip, field) == 1 then
      return field
    end
  end
  return nil
end
