"""Snapshots of a large memory, as ratios of one run: `python -m bench.snapshot_io [MIB]`.

Writing raw is compared with `dd conv=fsync` to the same file system (the current folder's). Rounds alternate; figures
are medians.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mvvm.abi.view import View
from mvvm.migrate.snapshot import Snapshot, write_snapshot
from mvvm.runtime.memory import Memory
from mvvm.wasm.types import PAGE_SIZE, Limits

_ROUNDS = 7
_ZSTD_LEVELS = (1, 3)
_MIB = 1 << 20


def _filled(mib: int) -> Memory:
    """A memory with something in each page: half of it noise, half of it text."""
    memory = Memory(Limits(mib * _MIB // PAGE_SIZE, None))
    text = b"a line of text that is much like the others\n" * (_MIB // 40)
    for at in range(0, memory.size, _MIB):
        memory.view[at : at + _MIB // 2] = os.urandom(_MIB // 2)
        memory.view[at + _MIB // 2 : at + _MIB] = text[at // _MIB % 44 :][: _MIB // 2]
    return memory


def _seconds(body: Callable[[], object]) -> float:
    started = time.perf_counter()
    body()
    return time.perf_counter() - started


def _seconds_anew(path: Path, body: Callable[[], object]) -> float:
    """The time to make a new file, without that to remove what is there from the disk."""
    path.unlink(missing_ok=True)
    os.sync()
    return _seconds(body)


def _dd(path: Path, mib: int) -> None:
    command = ["dd", "if=/dev/zero", f"of={path}", "bs=1M", f"count={mib}", "conv=fsync", "status=none"]
    subprocess.run(command, check=True)


def _main() -> None:
    mib = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
    memory = _filled(mib)
    view = View(bytes(32), [], [memory.pages], [], [], [], [])
    with tempfile.TemporaryDirectory(dir=".") as folder:
        snapshot, other = Path(folder, "snapshot"), Path(folder, "dd")
        pairs = []
        for _ in range(_ROUNDS):
            theirs = _seconds_anew(other, lambda: _dd(other, mib))
            pairs.append((_seconds_anew(snapshot, lambda: write_snapshot(snapshot, view, [memory])), theirs))
        ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
        shortest = min(theirs for _, theirs in pairs) / min(ours for ours, _ in pairs)
        print(f"raw, {mib} MiB: {theirs / ours:.2f} of dd's throughput (shortest times: {shortest:.2f})")

        restored = Memory(Limits(memory.pages, None))
        mapping = _seconds(lambda: Snapshot.open(snapshot).fill_memory(0, restored))
        print(f"raw, opened and mapped: {mapping / ours:.4f} of the time to write")
        for level in _ZSTD_LEVELS:
            taken = _seconds(lambda level=level: write_snapshot(snapshot, view, [memory], zstd_level=level))  # type: ignore[misc]
            size = snapshot.stat().st_size / memory.size
            restored = Memory(Limits(memory.pages, None))
            back = _seconds(lambda memory=restored: Snapshot.open(snapshot).fill_memory(0, memory))  # type: ignore[misc]
            print(f"zstd {level}: {size:.2f} of the size, {taken / ours:.2f} of the time; back: {back / ours:.2f}")


if __name__ == "__main__":
    _main()
