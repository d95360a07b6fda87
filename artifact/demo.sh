#!/usr/bin/env bash
# Compile Lua, stop it in the middle of a script, look at its state, and go on in another process, then on another ISA.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"
arm="$PWD/.cache/worlds/aarch64-runtime/bin" # a machine without a compiler
mkdir -p .cache/demo
cd .cache/demo
rm -rf lua.snap lua.prepared
cat > primes.lua <<'LUA'
io.stdout:setvbuf("line")
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
coloured() { sed $'s/.*/\033['"$1"$'m&\033[0m/'; }

say mvvm-compile --enable-counter-loop-checkpoint --target x86_64 --target aarch64 --report -o lua.aot ../programs/lua.wasm
say mvvm-run --dir . lua.aot primes.lua | tee unbroken

say mvvm-checkpoint -t lua.aot -d . -c 70000000 --prepare aarch64 -- primes.lua | tee first
say mvvm-inspect lua.snap | sed -n 1,24p
say mvvm-restore -t lua.aot | tee second
plain() { sed '/^.\[1m/d; /^$/d' "$@"; }
plain unbroken | cmp - <(plain first second)
printf '\nThe broken run printed the same as the unbroken one.\n'

printf '\nOnce more, from the same snapshot, on aarch64: emulated, and without a compiler.\n'
say "$arm/python3" -c 'import platform; print(platform.machine())'
say "$arm/mvvm-restore" -t lua.aot | tee third
printf '\nAs one run, stopped on \033[33mx86_64\033[0m and gone on on \033[36maarch64\033[0m:\n\n'
plain first | coloured 33
plain third | coloured 36
plain unbroken | cmp - <(plain first third)
printf '\nIt is what the unbroken run printed.\n'
