"""From a stop on one ISA to the first instruction on another, by part: `python -m bench.cross_isa [--quick]`.

A program is stopped here half way, and taken up on an emulated machine of another architecture: from an `.aot` file
that has only code for this one, and with prepared files. The same is done on this machine with a file that only has
code for the other, which tells what part of the time is the emulator's.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import mvvm
from bench.migration import start_of
from bench.suite import SUITE, Case
from mvvm import cpu
from mvvm.abi.view import Frame
from mvvm.migrate.snapshot import prepared_folder
from mvvm.options import CompileOptions, Policy, Target
from mvvm.runtime.control import Controller
from tests.programs.cache import CACHE
from tests.worlds import World, world

_CASES = ("matmul-O3", "lua")
_SCRIPT = Path(__file__).with_name("restore_parts.py")
_OTHER = "aarch64"


def _compile(case: Case, architecture: str) -> bytes:
    options = CompileOptions(target=Target.parse(architecture), checkpoint=Policy.COUNTER_LOOP)
    return mvvm.compile(case.wasm().read_bytes(), options)


def _stop(case: Case, program: mvvm.Program, folder: Path, path: Path) -> dict[str, float]:
    """Stop a program after a while. Returns milliseconds: from the request to the last frame's commit, and writing."""
    start = start_of(case, program, str(folder))
    times: dict[str, float] = {}
    take, request = Controller.take, Controller.request

    def timed_take(self: Controller) -> list[Frame]:
        times["committed"] = time.perf_counter()
        return take(self)

    def timed_request(self: Controller) -> None:
        times["requested"] = time.perf_counter()
        request(self)

    Controller.take, Controller.request = timed_take, timed_request  # type: ignore[method-assign]
    try:
        mvvm.checkpoint(start, after=0.15, path=path)
    finally:
        Controller.take, Controller.request = take, request  # type: ignore[method-assign]
    written = time.perf_counter()
    return {
        "commit": 1000 * (times["committed"] - times["requested"]),
        "write": 1000 * (written - times["committed"]),
    }


def _restore(python: list[str], aot: Path, snapshot: Path, folder: Path, rounds: int) -> dict[str, float]:
    """Milliseconds of each part of a restore in a new process, with an empty cache; the median of some rounds."""
    told: list[dict[str, Any]] = []
    totals = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as cache:
            begin = time.perf_counter()
            command = [*python, str(_SCRIPT), str(aot), str(snapshot), str(folder)]
            done = subprocess.run(command, env=os.environ | {"XDG_CACHE_HOME": cache}, capture_output=True, check=False)
            totals.append(1000 * (time.perf_counter() - begin))
        if done.returncode:
            raise SystemExit(f"a restore failed:\n{done.stderr.decode()}")
        told.append(json.loads(done.stdout))
    assert told[0]["compiled"] != Path(prepared_folder(snapshot)).exists()
    parts = {name: statistics.median(item["parts"][name] for item in told) for name in told[0]["parts"]}
    start = statistics.median(totals) - sum(parts.values())
    return {"start of Python, end": start, **parts}


def _print(title: str, stop: dict[str, float], here: dict[str, float], there: dict[str, float]) -> None:
    print(f"  {title}")
    print(f"    {'':<22} {'here':>9} {'emulated':>9} {'emulated/here':>14} {'of the total':>13}")
    total = sum(stop.values()) + sum(there.values())
    for part, spent in stop.items():
        print(f"    {part:<22} {spent:>9.1f} {'':>9} {'':>14} {spent / total:>13.1%}")
    for part, spent in there.items():
        print(f"    {part:<22} {here[part]:>9.1f} {spent:>9.1f} {spent / here[part]:>14.1f} {spent / total:>13.1%}")
    whole = sum(stop.values()) + sum(here.values())
    print(f"    {'from stop to start':<22} {whole:>9.1f} {total:>9.1f} {total / whole:>14.1f} {1:>13.1%}", flush=True)


def _bench(case: Case, emulated: World, rounds: int) -> None:
    here = cpu.host_architecture()
    folder_of_case = CACHE / "bench" / "cross-isa"
    folder_of_case.mkdir(parents=True, exist_ok=True)
    files = {architecture: folder_of_case / f"{case.id}.{architecture}.aot" for architecture in (here, _OTHER)}
    for architecture, path in files.items():
        path.write_bytes(_compile(case, architecture))
    with tempfile.TemporaryDirectory() as temporary:
        folder, snapshot = Path(temporary, "root"), Path(temporary, "app.snap")
        folder.mkdir()
        stop = _stop(case, mvvm.load(str(files[here])), folder, snapshot)
        print(f"{case.id}: snapshot of {snapshot.stat().st_size >> 10} KiB; times in ms")
        python = emulated.command("python3")

        def restores() -> tuple[dict[str, float], dict[str, float]]:
            # Each from a file that only has code for the other machine.
            native = _restore([sys.executable], files[_OTHER], snapshot, folder, rounds)
            return native, _restore(python, files[here], snapshot, folder, rounds)

        _print("the program and the continuation are compiled", stop, *restores())
        opened = mvvm.Snapshot.open(snapshot)
        mvvm.prepare(opened, files[_OTHER].read_bytes(), here, prepared_folder(snapshot))
        mvvm.prepare(opened, files[here].read_bytes(), _OTHER, prepared_folder(snapshot))
        _print("prepared", stop, *restores())


def _main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.cross_isa", description="From a stop on one ISA to the first instruction on another"
    )
    parser.add_argument("--quick", action="store_true", help="one round, and only the small program")
    quick = parser.parse_args().quick
    for name in _CASES[: 1 if quick else None]:
        _bench(SUITE[name], world(_OTHER), 1 if quick else 3)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
