-- limiting.lua: loads the limits when a job of this call is the first to need them; making them costs as much as a short
-- call. Needs clock. Reads the locals: limited, meta, lane_keys, and what places.lua reads.
-- Gives: limiting() -> the functions of places.lua, has_let_go: how many jobs went to a lane, write_limits().
local has_let_go, loaded = 0, nil
local function limiting()
  loaded = loaded or (function()
--- include places
  end)()
  return loaded
end
local function write_limits()
  if loaded then
    loaded.flush_freed()
    loaded.write()
  end
end
