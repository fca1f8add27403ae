-- journaling.lua: loads the journals of runs when a job of this call is the first to need them; making them costs as much
-- as a short call. Needs clock. Reads the locals: journal, listeners, meta. Gives: journals() -> the functions of
-- journals.lua.
local journals_loaded
local function journals()
  journals_loaded = journals_loaded or (function()
--- include journals
  end)()
  return journals_loaded
end
