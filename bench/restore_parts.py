"""One restore, by part: `python restore_parts.py AOT SNAPSHOT FOLDER` prints milliseconds as a line of JSON.

It needs nothing but the mvvm package, so that any machine's Python can run it. FOLDER is the guest's.
"""

from __future__ import annotations

import time

_START = time.perf_counter()

import json  # noqa: E402
import os  # noqa: E402
import platform  # noqa: E402
import sys  # noqa: E402

import mvvm  # noqa: E402
from mvvm.migrate.api import restore  # noqa: E402
from mvvm.migrate.continuations import Continuations  # noqa: E402
from mvvm.migrate.recompile import load_or_compile  # noqa: E402
from mvvm.migrate.snapshot import prepared_folder  # noqa: E402
from mvvm.runtime.continuation import Continuation  # noqa: E402


class _Reached(Exception):
    """The program's first instruction is about to run."""


def _main(aot: str, path: str, folder: str) -> None:
    parts: dict[str, float] = {}
    last = _START

    def note(part: str) -> None:
        nonlocal last
        now = time.perf_counter()
        parts[part] = 1000 * (now - last)
        last = now

    note("imports")
    prepared = prepared_folder(path)
    program = load_or_compile(aot, prepared=os.path.join(prepared, platform.machine()))
    note("program")
    snapshot = mvvm.Snapshot.open(path)
    note("snapshot")
    continuations = Continuations(program)
    continuations.add_prepared(prepared)
    null = os.open(os.devnull, os.O_RDWR)
    restored = restore(
        snapshot, program, folders={"/": folder}, stdin=null, stdout=null, stderr=null, continuations=continuations
    )
    note("instance")
    continuations.find(restored.frames[0])
    note("continuation")

    def run(*_: object) -> None:
        note("first instruction")
        raise _Reached

    Continuation.run = run  # type: ignore[method-assign, assignment]
    try:
        restored()
    except _Reached:
        print(json.dumps({"parts": parts, "compiled": "llvmlite" in sys.modules}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
