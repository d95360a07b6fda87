"""Start-up, as ratios of whole processes.

`mvvm-run hello.aot` against a Python that imports ctypes and google.protobuf, and `mvvm-restore` of the same program,
whose continuation is in the cache, against `mvvm-run`.

In turn: `python -m bench.start_up [RUNS]`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mvvm

_HELLO = rb"""(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\0d\00\00\00")
  (data (i32.const 16) "hello, world\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
"""
_WARM_UP = 3
# An installed package has its bytecode; in a checkout the first runs write it.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_ENVIRONMENT)
    return time.perf_counter() - started


def _print_ratio(what: str, pairs: list[tuple[float, float]]) -> None:
    ratio = statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)
    shortest = min(a for a, _ in pairs) / min(b for _, b in pairs)
    print(f"{what}: {ratio:.2f} (shortest: {shortest:.2f})")


def _main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    scripts = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as folder:
        _ENVIRONMENT["XDG_CACHE_HOME"] = folder
        aot = Path(folder, "hello.aot")
        options = mvvm.CompileOptions(checkpoint=mvvm.Policy.COUNTER_LOOP)
        aot.write_bytes(mvvm.compile(_HELLO, options))
        run = [sys.executable, str(scripts / "mvvm-run"), str(aot)]
        python = [sys.executable, "-c", "import ctypes, google.protobuf"]
        restore = [sys.executable, str(scripts / "mvvm-restore"), "-t", str(aot)]
        _seconds([sys.executable, str(scripts / "mvvm-checkpoint"), "-t", str(aot), "-c", "1"])
        rounds = [(_seconds(run), _seconds(python), _seconds(restore)) for _ in range(_WARM_UP + runs)][_WARM_UP:]
    _print_ratio("mvvm-run hello.aot / python -c 'import ctypes, google.protobuf'", [(a, b) for a, b, _ in rounds])
    _print_ratio("mvvm-restore -t hello.aot / mvvm-run hello.aot", [(c, a) for a, _, c in rounds])


if __name__ == "__main__":
    _main()
