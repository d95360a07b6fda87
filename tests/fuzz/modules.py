"""Random modules until time is up: `python -m tests.fuzz.modules MINUTES [FIRST_SEED]`.

Each does under mvvm what it does under wasmtime: unbroken at two levels, and with every call stopped, restored by
another build, and finished. One that does not is made smaller and kept in `findings`, where the tests find it.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import multiprocessing
import random
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

from tests.compiler.random_module import RandomModule, Size, write_module
from tests.compiler.test_differential import compare
from tests.fuzz.reduce import reduce
from tests.torture.test_random import compare_stopped

FINDINGS = Path(__file__).with_name("findings")
_HEAD = ";; "
_FORK = multiprocessing.get_context("fork")
_TIMEOUT = 120.0  # seconds that a module may take
_SIZES = (Size(2, 4, 3), Size(5, 8, 4), Size(8, 12, 4), Size(12, 16, 5))


def check(module: RandomModule, seed: int) -> None:
    """Compare with wasmtime. Raises whatever goes wrong."""
    compare(module)
    compare_stopped(module, seed)


def failure(module: RandomModule, seed: int) -> tuple[str, str]:
    """What kind of thing goes wrong with a module, and more about it; "" if nothing.

    It runs in a process of its own: what is wrong may crash, or never end.
    """
    receiver, sender = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_try, args=(module, seed, sender))
    process.start()
    sender.close()
    try:
        if not receiver.poll(_TIMEOUT):
            process.kill()
            return "hang", f"no end after {_TIMEOUT} s"
        kind, text = receiver.recv()
        return kind, text
    except EOFError:
        return "crash", "the process died"
    finally:
        process.join()


def _try(module: RandomModule, seed: int, answer: Connection) -> None:
    try:
        check(module, seed)
    except Exception as error:
        answer.send((type(error).__name__, str(error)))
    else:
        answer.send(("", ""))


def write(module: RandomModule) -> Path:
    """Keep a module in `findings`, with the calls that are made of it."""
    text = f"{_HEAD}{json.dumps({'calls': module.calls, 'sees_nans': module.sees_nans})}\n{module.text}\n"
    path = FINDINGS / f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.wat"
    path.write_text(text)
    return path


def read(path: Path) -> RandomModule:
    """A module that was kept."""
    head, _, text = path.read_text().partition("\n")
    more = json.loads(head.removeprefix(_HEAD))
    return RandomModule(text, [(index, tuple(args)) for index, args in more["calls"]], more["sees_nans"])


def _main(minutes: float, first: int) -> int:
    end = time.monotonic() + 60 * minutes
    found = 0
    seed = first
    for seed in itertools.count(first):
        if time.monotonic() > end:
            break
        size, sees_nans = _SIZES[seed % len(_SIZES)], seed % 3 == 2
        module = write_module(random.Random(seed).choice, size, sees_nans=sees_nans)
        kind, text = failure(module, seed)
        if kind:
            found += 1
            print(f"seed {seed}: {kind}: {text}", flush=True)
            smaller = reduce(module, lambda other, seed=seed, kind=kind: failure(other, seed)[0] == kind)  # type: ignore[misc]
            print(f"kept as {write(smaller)}", flush=True)
        if seed % 50 == 0:
            print(f"{seed - first} modules, {found} findings", file=sys.stderr, flush=True)
    print(f"{seed - first} modules from seed {first} on, {found} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(_main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)))
