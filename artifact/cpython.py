"""Compile CPython for WASI within 8 GB, and run it: `python -m artifact.cpython`."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from tests.programs.build import build
from tests.programs.cache import CACHE

_LIMIT = 8 << 30  # bytes, for all processes together
_EXPECTED = "499999500000\n"


def _main() -> int:
    wasm = build("python")
    aot = CACHE / "demo" / "python.aot"
    aot.parent.mkdir(parents=True, exist_ok=True)
    commands = Path(sys.executable).parent
    subprocess.run([commands / "mvvm-compile", "-j", "2", "--report", "-o", aot, wasm], check=True)
    # ru_maxrss is of the largest process; three run at most: two workers and the command itself.
    peak = 3 * 1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"peak memory of all processes: at most {peak / _LIMIT:.2f} of 8 GiB")
    done = subprocess.run(
        [commands / "mvvm-run", aot, "-c", "print(sum(range(10**6)))"], capture_output=True, text=True, check=True
    )
    print(f"print(sum(range(10**6))) -> {done.stdout}", end="")
    return 0 if done.stdout == _EXPECTED and peak < _LIMIT else 1


if __name__ == "__main__":
    sys.exit(_main())
