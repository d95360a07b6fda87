-- Tables: arrays, hashes, sorting, metatables, iteration.
local squares = {}
for i = 1, 1000 do
  squares[i] = i * i
end
table.insert(squares, 1, "first")
print(#squares, squares[1], table.remove(squares), table.unpack(squares, 2, 6))
print(table.concat(table.move({ 1, 2, 3 }, 1, 3, 2, { 0 }), ","), select("#", table.unpack({}, 1, 3)))

local state = 12345
local function random(limit)
  state = (state * 1103515245 + 12345) & 0x7fffffff
  return state % limit
end

local numbers = {}
for i = 1, 5000 do
  numbers[i] = random(100000)
end
table.sort(numbers)
local ordered = true
for i = 2, #numbers do
  ordered = ordered and numbers[i - 1] <= numbers[i]
end
print(ordered, numbers[1], numbers[2500], numbers[5000])
table.sort(numbers, function(a, b) return a > b end)
print(numbers[1], numbers[5000])

local counts = {}
for _ = 1, 20000 do
  local key = "key" .. random(500)
  counts[key] = (counts[key] or 0) + 1
end
local keys = {}
for key in pairs(counts) do
  keys[#keys + 1] = key
end
table.sort(keys)
local total = 0
for key, count in pairs(counts) do
  total = total + count
  counts[key] = nil
end
print(#keys, keys[1], keys[#keys], total, next(counts))

local Vector = {}
Vector.__index = Vector
Vector.__add = function(a, b) return setmetatable({ x = a.x + b.x, y = a.y + b.y }, Vector) end
Vector.__eq = function(a, b) return a.x == b.x and a.y == b.y end
Vector.__lt = function(a, b) return a.x < b.x end
Vector.__len = function(v) return v.x * v.x + v.y * v.y end
Vector.__tostring = function(v) return ("(%g, %g)"):format(v.x, v.y) end
Vector.__call = function(v, scale) return setmetatable({ x = v.x * scale, y = v.y * scale }, Vector) end
local a, b = setmetatable({ x = 1, y = 2 }, Vector), setmetatable({ x = 3, y = -1 }, Vector)
print(tostring(a + b), a == b, a < b, #a, tostring(b(2.5)), rawlen(a), rawequal(a, a))

local lazy = setmetatable({}, {
  __index = function(t, n)
    local value = n < 2 and n or t[n - 1] + t[n - 2]
    rawset(t, n, value)
    return value
  end,
})
print(lazy[80], rawget(lazy, 81))
