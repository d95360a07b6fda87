"""What a run sees of the host, and what it leaves behind.

A world outlives a stop: the program that goes on has the folder and the streams of the one that stopped.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path

import mvvm
from mvvm.migrate.continuations import Continuations
from mvvm.runtime.command import instantiate
from mvvm.runtime.func import Func
from mvvm.runtime.instance import Instance
from mvvm.wasm.types import EXNREF, EXTERNREF, FUNCREF
from tests.programs.workloads import Workload
from tests.torture import api
from tests.torture.api import End

_FOLDER = "/"


@dataclass(frozen=True)
class Outcome:
    """All that can be seen of a run, in a form that two runs are compared by."""

    end: End
    stdout: bytes
    stderr: bytes
    files: dict[str, bytes]
    memory: str
    globals: tuple[int, ...]
    tables: tuple[tuple[int, ...], ...]

    def differences(self, other: Outcome) -> str:
        """What differs, or the empty string."""
        names = [field.name for field in fields(self)]
        pairs = [(name, getattr(self, name), getattr(other, name)) for name in names]
        return "; ".join(
            f"{name}: {_short(ours)}, not {_short(theirs)}" for name, ours, theirs in pairs if ours != theirs
        )


def _short(value: object) -> str:
    text = value.hex(" ", -8) if isinstance(value, bytes) else repr(value)
    return text if len(text) < 400 else f"{text[:300]} ... {text[-90:]}"


class World:
    """A folder, streams and arguments for the parts of one run."""

    def __init__(self, workload: Workload, *, same_memory: bool = True) -> None:
        self._workload = workload
        self._same_memory = same_memory
        self._temporary = tempfile.TemporaryDirectory(prefix="torture-")
        self.folder = Path(self._temporary.name, "root")
        self.folder.mkdir()
        workload.prepare(self.folder)
        self._paths = [Path(self._temporary.name, name) for name in ("stdout", "stderr")]
        source = self.folder / workload.stdin if workload.stdin else Path(os.devnull)
        create = os.O_RDWR | os.O_CREAT
        self.streams = [os.open(source, os.O_RDONLY), *(os.open(path, create, 0o600) for path in self._paths)]
        self._open: list[mvvm.Wasi] = []

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self._close_guests()
        for stream in self.streams:
            os.close(stream)
        self._temporary.cleanup()

    def instantiate(self, program: mvvm.Program) -> Instance:
        """The program, about to run for the first time."""
        workload = self._workload
        preopens = [(str(self.folder), _FOLDER)]
        wasi = mvvm.Wasi([workload.program, *workload.args], dict(workload.env), preopens, *self.streams)
        self._open.append(wasi)
        return instantiate(program, wasi)

    def start(self, program: mvvm.Program) -> Func:
        """The start of the program in a new instance."""
        start = self.instantiate(program).exports["_start"]
        assert isinstance(start, Func)
        return start

    def restore(self, snapshot: mvvm.Snapshot, program: mvvm.Program, continuations: Continuations) -> mvvm.Restored:
        """The program that goes on after a stop, in a new instance. The old one is gone, with its descriptors."""
        self._close_guests()
        restored = api.restore(snapshot, program, continuations, self.streams, {_FOLDER: str(self.folder)})
        if restored.instance.wasi is not None:
            self._open.append(restored.instance.wasi)
        return restored

    def outcome(self, instance: Instance, end: End) -> Outcome:
        """What came of the run, of which `instance` did the last part."""
        stdout, stderr = (path.read_bytes() for path in self._paths)
        seen = self._workload.outcome(stdout, stderr, end.status, self.folder)
        memories = [sha256(memory.span(0, memory.size)).hexdigest() for memory in instance.memories]
        if not self._same_memory:
            memories = [str(memory.size) for memory in instance.memories]
        files = {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }
        globals_ = tuple(_bits(item.raw, item.type.value) for item in instance.globals)
        tables = tuple(
            tuple(_bits(bits, table.type.element) for bits in table.elements[: table.size]) for table in instance.tables
        )
        return Outcome(end, seen.stdout, seen.stderr, files, " ".join(memories), globals_, tables)

    def _close_guests(self) -> None:
        for wasi in self._open:
            wasi.close()
        self._open.clear()


def _bits(bits: int, type_: str) -> int:
    """A value as a number that does not depend on where the instance lies."""
    if not bits or type_ not in (FUNCREF, EXTERNREF, EXNREF):
        return bits
    return Func.from_record(bits).index + 1 if type_ == FUNCREF else 1
