"""One run of a program, which may go from machine to machine."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mvvm.migrate.snapshot import Snapshot
from tests.cross.machine import Answer, Machine, Place
from tests.programs.workloads import Workload
from tests.torture.world import Outcome


@dataclass(frozen=True)
class Side:
    """A program on a machine. If the `.aot` file has no code for it, the machine compiles it again.

    `preparer` is the machine that makes what a restore here needs; without one it is compiled here.
    """

    machine: Machine
    aot: Path
    preparer: Machine | None = None


class Journey:
    """A run of a workload, as a context: its folder, its streams, and the snapshots of its stops."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._temporary = tempfile.TemporaryDirectory(prefix="journey-")
        top = Path(self._temporary.name)
        folder = top / "root"
        folder.mkdir()
        workload.prepare(folder)
        stdin = folder / workload.stdin if workload.stdin else Path(os.devnull)
        streams = [stdin, top / "stdout", top / "stderr"]
        self._place = Place([workload.program, *workload.args], workload.env, folder, streams)
        self._stops = 0

    def __enter__(self) -> Journey:
        return self

    def __exit__(self, *_: object) -> None:
        self._temporary.cleanup()

    @property
    def snapshot(self) -> Path:
        """The file of the last stop."""
        return self._file(self._stops)

    def open_snapshot(self) -> Snapshot:
        """What is in it."""
        return Snapshot.open(self.snapshot)

    def start(self, side: Side, stop: int | None = None) -> Answer:
        """Run from the start: to the end, or to a stable point."""
        return self._count(side.machine.start(self._place, side.aot, stop, self._file(1)))

    def go_on(self, side: Side, stop: int | None = None) -> Answer:
        """Run on from the last stop: to the end, or to a stable point."""
        source = self.snapshot
        if side.preparer is not None:
            assert side.preparer.prepare(side.aot, source, side.machine.architecture)
        to = self._file(self._stops + 1)
        answer = side.machine.go_on(self._place, side.aot, source, stop, to, shared=side.preparer is None)
        assert side.machine.has_compiler or not answer.compiler
        return self._count(answer)

    def outcome(self, answer: Answer, *, same_memory: bool = True) -> Outcome:
        """What came of the run, of which `answer` tells the last part; only sizes of memories without `same_memory`."""
        assert answer.end is not None
        stdout, stderr = (path.read_bytes() if path.exists() else b"" for path in self._place.streams[1:])
        folder = self._place.folder
        seen = self._workload.outcome(stdout, stderr, answer.end.status, folder)
        files = {
            str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
        }
        memories = answer.memories if same_memory else map(str, answer.pages)
        return Outcome(answer.end, seen.stdout, seen.stderr, files, " ".join(memories), answer.globals, answer.tables)

    def _file(self, number: int) -> Path:
        return Path(self._temporary.name, f"{number}.snapshot")

    def _count(self, answer: Answer) -> Answer:
        self._stops += answer.stopped
        return answer
