-- Errors: they are caught, carry values, unwind through C and Lua, and close what is to be closed.
print(pcall(error, { code = 7 }) == false, select(2, pcall(error, "message", 0)))
print(pcall(function() local x = nil; return x.field end))
print(pcall(function() return 1 + {} end))
print(pcall(string.rep, "x", -1), pcall(string.rep))
print(xpcall(function() error("deep") end, function(message) return "handled: " .. message end))

local function nested(depth)
  if depth == 0 then error(setmetatable({}, { __tostring = function() return "custom" end })) end
  local ok, problem = pcall(nested, depth - 1)
  if depth % 3 == 0 then error(problem, 0) end
  return ok, tostring(problem)
end
print(pcall(nested, 10))

print(select(2, pcall(function() local function f() return f() + 1 end return f() end)):match("stack overflow"))
print(select(2, pcall(string.rep, "x", 1 << 40)))
print(pcall(table.sort, { 3, "a", 1 }))
print(load("x = = 1"))

local log = {}
local function resource(name)
  return setmetatable({}, { __close = function(_, problem) log[#log + 1] = name .. ":" .. tostring(problem) end })
end
pcall(function()
  local a <close> = resource("a")
  local b <close> = resource("b")
  error("stop", 0)
end)
print(table.concat(log, " "))

local caught = 0
for i = 1, 20000 do
  if not pcall(i % 2 == 0 and error or type, i) then caught = caught + 1 end
end
io.write(caught, "\n")
error("the last one")
