-- Functions: closures, varargs, tail calls, recursion, goto, integer and float arithmetic.
local function counter(start)
  local value = start
  return function(step)
    value = value + (step or 1)
    return value
  end
end
local first, second = counter(0), counter(100)
print(first(), first(5), second(), first(), second(-1))

local adders = {}
for i = 1, 5 do
  adders[i] = function(x) i = i + x return i end
end
print(adders[1](10), adders[1](10), adders[5](1))

local function sum(...)
  local total = 0
  for i = 1, select("#", ...) do
    total = total + (select(i, ...) or 0)
  end
  return total, ...
end
print(sum(1, nil, 3), (sum(4, 5)), table.pack(sum()).n)

local function loop(n, accumulated)
  if n == 0 then return accumulated end
  return loop(n - 1, accumulated + n)
end
print(loop(200000, 0))

local function ackermann(m, n)
  if m == 0 then return n + 1 end
  if n == 0 then return ackermann(m - 1, 1) end
  return ackermann(m - 1, ackermann(m, n - 1))
end
print(ackermann(2, 60))

local compose = function(...)
  local functions = { ... }
  return function(x)
    for i = #functions, 1, -1 do
      x = functions[i](x)
    end
    return x
  end
end
print(compose(math.sqrt, math.abs, function(x) return x * 4 end)(-9))

for i = 1, 3 do
  for j = 1, 3 do
    if j == 2 then goto continue end
    io.write(i, ",", j, " ")
    ::continue::
  end
end
print()
print(7 // 2, -7 // 2, 7 % -3, -7 % 3, 7.5 // 2, 2 ^ 53, 1 // 0.0, -1 // 0.0, 0.0 / 0.0 ~= 0.0 / 0.0)
print(math.maxinteger + 1 == math.mininteger, math.ult(1, -1), 5 & 3 | 8 ~ 1, ~0 >> 60, 1 << 63, 1 << 64)
print(math.floor(-3.5), math.ceil(-3.5), math.fmod(-7, 3), math.tointeger(3.0), 3 | 0, 10 / 2)
local close = setmetatable({}, { __close = function() print("closed") end })
do
  local _ <close> = close
  print("open")
end
print(load("local a = ... return a * 2")(21))
