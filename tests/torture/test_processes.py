"""One run that is stopped a hundred times, and goes on each time in a new process."""

from __future__ import annotations

from pathlib import Path

import mvvm
from mvvm.options import Policy
from tests.cli.commands import run
from tests.torture.guests import GUESTS

_STOPS = 100


def test_a_hundred_stops(tmp_path: Path) -> None:
    guest = next(guest for guest in GUESTS.values() if guest.source.startswith("long_sort") and guest.is_main_build)
    aot = tmp_path / "sort.aot"
    options = mvvm.CompileOptions(checkpoint=Policy.COUNTER_LOOP, threshold_bits=2)
    aot.write_bytes(mvvm.compile(guest.wasm().read_bytes(), options))
    cache = {"XDG_CACHE_HOME": str(tmp_path)}
    unbroken = run("mvvm-run", aot, env=cache, text=False)
    assert unbroken.returncode == guest.status

    done = run("mvvm-checkpoint", "-t", aot, "-c", "40", env=cache, text=False)
    output, stops = done.stdout, 1
    while stops < _STOPS and b"wrote" in done.stderr:
        done = run("mvvm-restore", "-t", aot, "-c", "40", env=cache, text=False)
        output += done.stdout
        stops += b"wrote" in done.stderr
    assert stops == _STOPS, (done.returncode, done.stderr)
    last = run("mvvm-restore", "-t", aot, env=cache, text=False)
    assert (output + last.stdout, last.stderr, last.returncode) == (unbroken.stdout, b"", guest.status)
