-- Errors that are thrown and caught, deep and shallow; and protected calls that succeed.
local rounds = tonumber(arg[1])

local function fail(depth, value)
  if depth == 0 then
    if value % 3 == 0 then error({ code = value }) end
    return value
  end
  return fail(depth - 1, value) + 1
end

local caught, sum = 0, 0
for round = 1, rounds do
  for value = 1, 100000 do
    local ok, result = pcall(fail, value % 8, value)
    if ok then sum = sum + result
    else caught = caught + 1; sum = sum + result.code end
  end
  local text = string.rep("x", round)
  local ok, message = pcall(string.rep, text, -1, 0)
  sum = sum + #tostring(message)
end
print(caught, sum)
