-- For the bench: an interpreter's usual day. The argument is how many rounds.
local rounds = tonumber(arg[1])

local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end

local function sieve(limit)
  local composite, count = {}, 0
  for i = 2, limit do
    if not composite[i] then
      count = count + 1
      for j = i * i, limit, i do
        composite[j] = true
      end
    end
  end
  return count
end

local function words(n)
  local counts, state = {}, 42
  for _ = 1, n do
    state = (state * 1103515245 + 12345) & 0x7fffffff
    local word = ("w%x"):format(state % 997)
    counts[word] = (counts[word] or 0) + 1
  end
  local sorted = {}
  for word in pairs(counts) do
    sorted[#sorted + 1] = word
  end
  table.sort(sorted)
  return #table.concat(sorted), counts[sorted[1]]
end

local function tree(depth)
  if depth == 0 then return {} end
  return { tree(depth - 1), tree(depth - 1) }
end

local function size(node)
  return node[1] and 1 + size(node[1]) + size(node[2]) or 1
end

local function mandelbrot(n)
  local inside = 0
  for y = 0, n - 1 do
    for x = 0, n - 1 do
      local cr, ci, zr, zi, i = 2 * x / n - 1.5, 2 * y / n - 1, 0.0, 0.0, 0
      while i < 50 and zr * zr + zi * zi < 4 do
        zr, zi, i = zr * zr - zi * zi + cr, 2 * zr * zi + ci, i + 1
      end
      if i == 50 then inside = inside + 1 end
    end
  end
  return inside
end

for round = 1, rounds do
  print(round, fib(24), sieve(100000), words(40000))
  print(round, size(tree(14)), mandelbrot(120))
end
