-- tying.lua: writes what binds jobs that are added to others. Needs clock, journaling. Reads the local: meta.
-- Gives: write_ties(tied), a list of job ids and of each its ties: "1" if it has a parent, else "0", and each subject it
-- listens for behind a line feed.
local function write_ties(tied)
  for n = 1, #tied, 2 do
    local id, subjects, fields = tied[n], {}, {}
    for subject in string.gmatch(string.sub(tied[n + 1], 2), '[^\n]+') do
      subjects[#subjects + 1] = subject
    end
    if string.sub(tied[n + 1], 1, 1) == '1' then
      redis.call('HSET', meta, 'ties', '1')
    end
    if #subjects > 0 then
      journals().listen(id, subjects, fields)
      journals().write_head(id, journals().read_head(nil), fields)
    end
  end
end
