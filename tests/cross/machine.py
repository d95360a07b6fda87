"""A machine that runs guests for the tests: this one, or an emulated one. Its agent (agent.py) is its process."""

from __future__ import annotations

import json
import mmap
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.torture.api import End
from tests.worlds import world
from tests.worlds.package import installed

NATIVE = os.uname().machine
_AGENT = Path(__file__).with_name("agent.py")
_TIMEOUT = 120.0  # seconds: a compiler takes its time under an emulator, and a machine may be busy
# QEMU keeps 50 MB of tables for each linear memory that there ever was: an agent that has so much is replaced.
_MEMORY = 1 << 30  # bytes


@dataclass(frozen=True)
class Answer:
    """What came of a run, or of a part of it: `end` is None where it was stopped.

    `points` are the stable points that it passed, where they were counted. `memories` are digests, `pages` their sizes,
    `globals` and `tables` numbers that mean the same on every machine. `compiler` tells whether the machine has LLVM
    loaded by now, `notes` what was said of programs that it compiled again.
    """

    end: End | None
    points: int | None
    memories: tuple[str, ...]
    pages: tuple[int, ...]
    globals: tuple[int, ...]
    tables: tuple[tuple[int, ...], ...]
    compiler: bool
    notes: tuple[str, ...]

    @property
    def stopped(self) -> bool:
        """Whether there is a snapshot now."""
        return self.end is None


@dataclass(frozen=True)
class Place:
    """What a guest that is a command is given, wherever it runs: `args` with its name, `streams` are files."""

    args: Sequence[str]
    env: Mapping[str, str]
    folder: Path
    streams: Sequence[Path]

    def message(self) -> dict[str, object]:
        """As the agent gets it."""
        return {
            "args": list(self.args),
            "env": dict(self.env),
            "folder": str(self.folder),
            "streams": [str(path) for path in self.streams],
        }


class Machine:
    """A running agent, as a context. `compiler` is whether it has one, `architecture` as `platform.machine()` says."""

    architecture: str
    byte_order: str
    has_compiler: bool

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """`named` is what to call."""
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - this is a context itself
        self._unread = b""

    @classmethod
    def named(cls, name: str, *, compiler: bool = True, cache: Path | None = None, cpu: str | None = None) -> Machine:
        """This machine, by its architecture, or the world with a name. Raises BuildFailure.

        `cache` is where it keeps what it compiles, if it is to; `cpu` is what QEMU is to be.
        """
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("MVVM_", "XDG_"))}
        variables["XDG_CACHE_HOME"] = str(cache or os.devnull)
        if cpu is not None:
            variables["QEMU_CPU"] = cpu
        if name != NATIVE:
            return cls(world(name, compiler=compiler).command("python3", _AGENT), variables)
        # All machines have the same mvvm, even where the checkout is edited meanwhile.
        variables |= {"PYTHONPATH": str(installed().site), "PYTHONSAFEPATH": "1"}
        return cls([sys.executable, str(_AGENT), *([] if compiler else ["--without-compiler"])], variables)

    def __enter__(self) -> Self:
        try:
            about = self._ask("about")
        except BaseException:
            self._errors.close()
            raise
        self.architecture, self.byte_order = about["architecture"], about["byte_order"]
        self.has_compiler = about["has_compiler"]
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._errors.close()

    def start(
        self,
        place: Place | None,
        aot: Path,
        stop: int | None = None,
        snapshot: Path | None = None,
        *,
        function: str = "_start",
        arguments: Sequence[int | float] = (),
    ) -> Answer:
        """Call an export: to the end, or to its stable point number `stop`, which is written to the file `snapshot`."""
        more = {"function": function, "arguments": list(arguments)}
        return self._run("start", place, aot, stop, snapshot, more)

    def go_on(
        self,
        place: Place | None,
        aot: Path,
        source: Path,
        stop: int | None = None,
        snapshot: Path | None = None,
        *,
        shared: bool = False,
    ) -> Answer:
        """Go on from the snapshot `source`, as `start` does.

        Continuations of earlier requests are used if they are `shared`, else only those that were prepared for `source`
        and, where there is a compiler, new ones.
        """
        return self._run("go_on", place, aot, stop, snapshot, {"source": source, "shared": shared})

    def prepare(self, aot: Path, source: Path, architecture: str) -> int:
        """Make what it takes to go on from the snapshot `source` on an architecture. Returns the number of files."""
        files: int = self._ask("prepare", aot=aot, source=source, architecture=architecture)["files"]
        return files

    def _run(
        self,
        what: str,
        place: Place | None,
        aot: Path,
        stop: int | None,
        snapshot: Path | None,
        more: Mapping[str, object],
    ) -> Answer:
        given = None if place is None else place.message()
        answer = self._ask(what, aot=aot, place=given, stop=stop, snapshot=snapshot, **more)
        end = answer["end"]
        return Answer(
            None if end is None else End(end[0], tuple(end[1])),
            answer["points"],
            tuple(answer["memories"]),
            tuple(answer["pages"]),
            tuple(answer["globals"]),
            tuple(tuple(table) for table in answer["tables"]),
            answer["compiler"],
            tuple(answer["notes"]),
        )

    def _ask(self, what: str, **arguments: object) -> dict[str, Any]:
        """The answer to a request. Raises AssertionError with what went wrong over there."""
        if self._memory() > _MEMORY:
            self._end()
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=self._environment,
            )
        assert self._process.stdin is not None
        request = json.dumps({"do": what, **arguments}, default=os.fspath)
        with suppress(BrokenPipeError):  # there will be no answer
            self._process.stdin.write(request.encode() + b"\n")
            self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._read_line(request))
        if "error" in answer:
            raise AssertionError(f"{self._command[0]}: {request}:\n{answer['error']}")
        return answer

    def _read_line(self, request: str) -> bytes:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        until = time.monotonic() + _TIMEOUT
        while b"\n" not in self._unread:
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))
            part = os.read(process.stdout.fileno(), 1 << 16) if ready else b""
            if not part:
                if not ready:
                    process.send_signal(signal.SIGUSR2)  # it writes where it is
                    time.sleep(1)
                self._end(at_once=not ready)
                why = f"ended with {process.returncode}" if ready else f"gave no answer within {_TIMEOUT} s"
                raise AssertionError(f"{self._command[0]}: {request}:\nthe agent {why}\n{self._said()}")
            self._unread += part
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _memory(self) -> int:
        """What the agent takes now, in bytes."""
        if self._process is None:
            return 0
        try:
            return int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]) * mmap.PAGESIZE
        except (OSError, IndexError):  # it is gone: whoever asks it something finds out
            return 0

    def _said(self) -> str:
        """What the agent wrote to standard error."""
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")

    def _end(self, *, at_once: bool = False) -> None:
        """End the agent; the next request starts a new one."""
        process, self._process, self._unread = self._process, None, b""
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(0 if at_once else 10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
