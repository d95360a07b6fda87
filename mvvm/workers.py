"""Processes that work for this one, forked, so that they have all that it has and nothing need be sent to them.

The standard library's pools do not fit: one hangs when a worker is killed, the other cannot stop its workers in
the middle of their work, and both start threads.
"""

from __future__ import annotations

import signal
import traceback
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Generic, TypeVar

from mvvm.errors import EnvironmentFailure, InternalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
_FORK = get_context("fork")


def fork_map(function: Callable[[int], T], count: int, jobs: int) -> Iterator[T]:
    """Yield `function(0)` to `function(count - 1)`, computed by `jobs` processes, in order.

    Raises what a call raises; EnvironmentFailure if a process is killed, InternalError if it crashes. However it
    ends, no process is left.
    """
    workers: list[_Worker[T]] = []
    results: dict[int, T] = {}
    started = finished = 0
    try:
        while started < min(jobs, count):
            workers.append(_Worker(function))
            workers[-1].start(started)
            started += 1
        while finished < count:
            ready = wait([worker.connection for worker in workers])
            for worker in [worker for worker in workers if worker.connection in ready]:
                results[worker.number] = worker.result()
                if started < count:
                    worker.start(started)
                    started += 1
                else:
                    worker.stop()
                    workers.remove(worker)
            while finished in results:
                yield results.pop(finished)
                finished += 1
    finally:
        for worker in workers:
            worker.stop()


class _Worker(Generic[T]):
    """A process that makes one call at a time; `number` is the argument of the present one."""

    def __init__(self, function: Callable[[int], T]) -> None:
        self.connection, its_end = _FORK.Pipe()
        self.number = -1
        self._process = _FORK.Process(target=_serve, args=(function, its_end, self.connection), daemon=True)
        self._process.start()
        its_end.close()  # so that the process's end shows as the end of the pipe

    def start(self, number: int) -> None:
        """Begin a call."""
        self.number = number
        try:
            self.connection.send(number)
        except ConnectionError:
            raise self._death() from None

    def result(self) -> T:
        """What the call returned, once `connection` is ready."""
        try:
            result, error = self.connection.recv()
        except (EOFError, ConnectionError):  # reset, where it had not read what it was sent
            raise self._death() from None
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self.connection.close()

    def _death(self) -> Exception:
        self._process.join()
        number = -(self._process.exitcode or 0)
        if number == signal.SIGKILL:
            return EnvironmentFailure("a compiler process was killed: out of memory? Fewer --jobs take less")
        return InternalError(f"a compiler process crashed: {signal.strsignal(number) if number > 0 else 'it exited'}")


def _serve(function: Callable[[int], T], connection: Connection, other_end: Connection) -> None:
    """Make calls until the other end is closed."""
    other_end.close()
    # A terminal sends Ctrl-C to all processes; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            number = connection.recv()
        except EOFError:
            return
        result, error = None, None
        try:
            result = function(number)
        except Exception as raised:
            # The traceback stays here; MVVM_DEBUG shows this note.
            raised.add_note(traceback.format_exc())
            error = raised
        connection.send((result, error))
