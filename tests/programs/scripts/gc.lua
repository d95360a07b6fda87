-- The collector: weak tables, finalizers, generations.
local weak = setmetatable({}, { __mode = "v" })
for i = 1, 100 do
  weak[i] = { i }
end
local kept = weak[50]
collectgarbage()
local alive = 0
for _ in pairs(weak) do
  alive = alive + 1
end
print(alive, kept[1])

local finalized = {}
for i = 1, 10 do
  setmetatable({}, { __gc = function() finalized[#finalized + 1] = i end })
end
collectgarbage()
print(#finalized, finalized[1], finalized[10])

local ephemeron = setmetatable({}, { __mode = "k" })
local key = {}
ephemeron[key] = { key }
ephemeron[{}] = "lost"
collectgarbage()
local left = 0
for _ in pairs(ephemeron) do
  left = left + 1
end
print(left)

local function churn(mode)
  collectgarbage(mode)
  local list, length = nil, 0
  for i = 1, 100000 do
    list = i % 100 == 0 and nil or { next = list, value = i }
  end
  while list do
    list, length = list.next, length + 1
  end
  return length
end
print(churn("generational"), churn("incremental"))
kept = nil
collectgarbage()
print(next(weak), collectgarbage("count") < 1000)
