-- Coroutines: generators, producers and consumers, errors and yields across pcall, wrap, close.
local function permutations(items, n)
  n = n or #items
  if n <= 1 then
    coroutine.yield(items)
    return
  end
  for i = 1, n do
    items[n], items[i] = items[i], items[n]
    permutations(items, n - 1)
    items[n], items[i] = items[i], items[n]
  end
end
local count, hash = 0, 0
for p in coroutine.wrap(function() permutations { 1, 2, 3, 4, 5, 6, 7 } end) do
  count = count + 1
  for i = 1, #p do
    hash = (hash * 7 + p[i]) % 1000003
  end
end
print(count, hash)

local producer = coroutine.create(function(...)
  local received = { ... }
  while #received < 5 do
    received[#received + 1] = coroutine.yield(#received)
  end
  return table.concat(received, ",")
end)
print(coroutine.resume(producer, "a", "b"))
print(coroutine.resume(producer, "c"))
print(coroutine.resume(producer, "d"))
print(coroutine.resume(producer, "e"))
print(coroutine.resume(producer), coroutine.status(producer))

local function filter(prime, source)
  return coroutine.wrap(function()
    for n in source do
      if n % prime ~= 0 then coroutine.yield(n) end
    end
  end)
end
local source = coroutine.wrap(function()
  for n = 2, 400 do
    coroutine.yield(n)
  end
end)
local primes = {}
while true do
  local prime = source()
  if not prime then break end
  primes[#primes + 1] = prime
  source = filter(prime, source)
end
print(#primes, primes[#primes])

local guarded = coroutine.wrap(function()
  local ok, problem = pcall(function()
    local got = coroutine.yield("inside")
    error("after " .. got, 0)
  end)
  coroutine.yield(problem)
  return ok
end)
print(guarded(), guarded("resume"), guarded())
print(pcall(guarded))

local closed
local suspended = coroutine.create(function()
  local _ <close> = setmetatable({}, { __close = function() closed = true end })
  coroutine.yield()
end)
coroutine.resume(suspended)
print(coroutine.close(suspended), closed, coroutine.isyieldable(), select(2, coroutine.running()))
