#!/usr/bin/env bash
# Compile Lua, stop it in the middle of a script, look at its state, and go on in another process.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"
mkdir -p .cache/demo
cd .cache/demo
cat > primes.lua <<'LUA'
local sieve, count = {}, 0
for i = 2, 3000000 do
  if not sieve[i] then
    count = count + 1
    for j = i * i, 3000000, i do sieve[j] = true end
    if count % 25000 == 0 then print(("%d primes up to %d"):format(count, i)) end
  end
end
print(("%d primes below 3000000"):format(count))
LUA

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; "$@"; }
say mvvm-compile --enable-counter-loop-checkpoint --report -o lua.aot ../programs/lua.wasm
say mvvm-run --dir . lua.aot primes.lua | tee unbroken
rm -f lua.snap
say mvvm-checkpoint -t lua.aot -d . -c 8000000 -- primes.lua | tee broken
say mvvm-inspect lua.snap | sed -n 1,24p
say mvvm-restore -t lua.aot | tee -a broken
grep -v '^.\[1m\|^$' unbroken | cmp - <(grep -v '^.\[1m\|^$' broken)
printf '\nThe broken run printed the same as the unbroken one.\n'
