"""The calls of mvvm that stop and restore, in the form that the harness needs them in.

All that these tests suppose of the interface is here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mvvm
from mvvm.errors import GuestExit, Trap

_mvvm: Any = mvvm  # checkpoint, restore and Finished are not typed here

# More stable points than any guest of the tests passes.
_NEVER = 1 << 40


@dataclass(frozen=True)
class End:
    """How a run ended: "returned" with results, "exit" with a status, or "trap" with a code."""

    how: str
    values: tuple[object, ...]

    @property
    def status(self) -> int:
        """The exit status that a command ends with."""
        if self.how == "exit":
            status = self.values[0]
            assert isinstance(status, int)
            return status
        return Trap.exit_status if self.how == "trap" else 0


class Stopped:
    """A program that stopped at a stable point."""

    def __init__(self, snapshot: Any) -> None:
        self.snapshot = snapshot


def run(function: Callable[..., object], args: Sequence[object] = ()) -> End:
    """Call a function of the guest, or go on with a restored program, to the end."""
    try:
        results = function(*args)
    except GuestExit as exit_:
        return End("exit", (exit_.status,))
    except Trap as trap:
        return End("trap", (trap.code,))
    return End("returned", _tuple(results))


def stop(function: Any, count: int, args: Sequence[object] = (), *, functions_only: bool = False) -> Stopped | End:
    """Call a function of the guest, or go on with a restored program, to its stable point number `count`, from 1."""
    counts = {"function_count" if functions_only else "count": count}
    try:
        return Stopped(_mvvm.checkpoint(function, *args, **counts))
    except _mvvm.Finished as finished:
        status = getattr(finished, "status", None)
        return End("exit", (status,)) if status else End("returned", _tuple(getattr(finished, "results", None)))
    except GuestExit as exit_:
        return End("exit", (exit_.status,))
    except Trap as trap:
        return End("trap", (trap.code,))


def restore(
    stopped: Stopped, program: mvvm.Program, stdin: int, stdout: int, stderr: int, folders: dict[str, str]
) -> Any:
    """A new instance that stands where the program stopped; calling what is returned goes on.

    `folders` gives host paths by what the guest calls them.
    """
    return _mvvm.restore(stopped.snapshot, program, stdin=stdin, stdout=stdout, stderr=stderr, folders=folders)


def close(restored: Any) -> None:
    """Close the descriptors of a restored guest, of which thousands may be made in one test."""
    wasi = getattr(restored, "wasi", None)
    if wasi is not None:
        wasi.close()


def stop_at_once(restored: Any) -> Stopped:
    """Stop a restored program before it has done anything, as if a request had been pending when it started.

    TODO: the exact call.
    """
    raise NotImplementedError


def view(stopped: Stopped) -> Any:
    """The Wasm view in a snapshot, in a form that `==` compares.

    TODO: the exact attribute.
    """
    return stopped.snapshot.view


def number_of_points(start: Callable[[], Any]) -> int:
    """How many stable points a program passes. `start` makes a function of a fresh instance, each time anew."""
    try:
        _mvvm.checkpoint(start(), count=_NEVER)
    except (_mvvm.Finished, GuestExit, Trap) as ended:
        points = getattr(ended, "points", None)
        if isinstance(points, int):
            return points
    return _search(lambda count: isinstance(stop(start(), count), Stopped))


def _search(stops: Callable[[int], bool]) -> int:
    """The greatest count that stops a program: by doubling, then by halves."""
    if not stops(1):
        return 0
    low = 1
    while stops(2 * low):
        low *= 2
    high = 2 * low
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if stops(middle) else (low, middle)
    return low


def _tuple(results: object) -> tuple[object, ...]:
    if results is None:
        return ()
    return tuple(results) if isinstance(results, (tuple, list)) else (results,)
