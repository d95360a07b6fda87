#!/usr/bin/env bash
# Compile Lua to native code and run a script with it, first compiled, then with every compiler package hidden.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"
mkdir -p .cache/demo
cat > .cache/demo/primes.lua <<'LUA'
local sieve, count = {}, 0
for i = 2, 2000000 do
  if not sieve[i] then
    count = count + 1
    for j = i * i, 2000000, i do sieve[j] = true end
  end
end
print(("%d primes below 2000000"):format(count))
LUA

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; "$@"; }
say mvvm-compile --report -o .cache/demo/lua.aot .cache/programs/lua.wasm
say mvvm-inspect .cache/demo/lua.aot | sed -n 1,12p
say mvvm-run --dir .cache/demo::/ .cache/demo/lua.aot primes.lua
