-- layout.lua: the layout of a queue's keys that these scripts read and write.
-- Gives: LAYOUT, foreign(stored): whether a queue was written by a library with another one.
local LAYOUT = '1'

local function foreign(stored)
  return stored and stored ~= LAYOUT
end
