"""Running commands that stop programs, while they run."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.cli.commands import command, environment

_TIMEOUT = 60  # seconds; only what hangs takes so long


class Process:
    """A command that runs, and the pipes to it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    def signal(self, number: int) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def feed(self, data: bytes) -> None:
        """Write to its standard input."""
        stdin = self._process.stdin
        assert stdin is not None
        stdin.write(data)
        stdin.flush()

    def read(self, size: int) -> bytes:
        """The next bytes of its standard output, all of them."""
        return _read(self._process.stdout, size)

    def line(self) -> str:
        """The next line of its standard error."""
        stderr = self._process.stderr
        assert stderr is not None
        return stderr.readline().decode().rstrip("\n")

    def end(self) -> tuple[int, str, str]:
        """Its exit status, and what is left of its standard output and error. Its standard input stays open."""
        self._process.wait(_TIMEOUT)
        stdout, stderr = self._process.communicate(timeout=_TIMEOUT)
        return self._process.returncode, stdout.decode(), stderr.decode()

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None


def _read(stream: IO[bytes] | None, size: int) -> bytes:
    assert stream is not None
    return stream.read(size)


@contextmanager
def running(
    *arguments: str | Path, stdin: int | IO[bytes] = subprocess.PIPE, preexec: Callable[[], None] | None = None
) -> Iterator[Process]:
    """Start a command; it is killed at the end if it has not ended. `preexec` is called in the new process."""
    process = subprocess.Popen(
        command(*arguments),
        env=environment(),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=preexec,
    )
    try:
        yield Process(process)
    finally:
        process.kill()
        process.communicate()


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + _TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.005)


def wait_until_idle(pid: int) -> None:
    """Wait until all threads of a process that has more than one sleep: its guest waits."""

    def idle() -> bool:
        try:
            states = [
                Path(f"/proc/{pid}/task/{task}/stat").read_text().rpartition(")")[2].split()[0]
                for task in os.listdir(f"/proc/{pid}/task")
            ]
        except OSError:  # one has ended meanwhile
            return False
        return len(states) > 1 and set(states) == {"S"}

    wait_until(idle)
    time.sleep(0.05)
    wait_until(idle)


def unfinished(folder: Path) -> list[str]:
    """Files of a folder that were not finished."""
    return [name for name in os.listdir(folder) if name.endswith(".tmp")]
