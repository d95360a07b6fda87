"""Random modules until time is up: `python -m tests.fuzz.modules MINUTES [FIRST_SEED]`.

Each does under mvvm what it does under wasmtime: unbroken at two levels, and with every call stopped, restored by
another build, and finished. One that does not is kept in `findings`, where the tests find it.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import sys
import time
from pathlib import Path

from tests.compiler.random_module import RandomModule, Size, write_module
from tests.compiler.test_differential import compare
from tests.torture.test_random import compare_stopped

FINDINGS = Path(__file__).with_name("findings")
_CALLS = ";; calls: "
_SIZES = (Size(2, 4, 3), Size(5, 8, 4), Size(8, 12, 4), Size(12, 16, 5))


def check(module: RandomModule, seed: int) -> None:
    """Compare with wasmtime. Raises whatever goes wrong."""
    compare(module)
    compare_stopped(module, seed)


def write(module: RandomModule) -> Path:
    """Keep a module in `findings`, with the calls that are made of it."""
    text = f"{_CALLS}{json.dumps(module.calls)}\n{module.text}\n"
    path = FINDINGS / f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.wat"
    path.write_text(text)
    return path


def read(path: Path) -> RandomModule:
    """A module that was kept."""
    head, _, text = path.read_text().partition("\n")
    calls = json.loads(head.removeprefix(_CALLS))
    return RandomModule(text, [(index, tuple(args)) for index, args in calls])


def _main(minutes: float, first: int) -> int:
    end = time.monotonic() + 60 * minutes
    found = 0
    seed = first
    for seed in itertools.count(first):
        if time.monotonic() > end:
            break
        module = write_module(random.Random(seed).choice, _SIZES[seed % len(_SIZES)])
        try:
            check(module, seed)
        except Exception as error:
            found += 1
            print(f"seed {seed}: {write(module)}: {type(error).__name__}: {error}", flush=True)
        if seed % 50 == 0:
            print(f"{seed - first} modules, {found} findings", file=sys.stderr, flush=True)
    print(f"{seed - first} modules from seed {first} on, {found} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(_main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)))
