"""The calls of mvvm that stop and restore, in the form that the harness needs them in.

All that these tests suppose of the interface is here.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import mvvm
from mvvm.abi.context import CONTEXT_COUNTDOWN
from mvvm.errors import GuestExit, Trap, WasmException
from mvvm.migrate.continuations import Continuations

# More stable points than any guest of the tests passes.
_NEVER = 1 << 40
# Of a view: what may differ between two stops at one place.
_NOT_COMPARED = ("clocks", "host_path", "folders")


@dataclass(frozen=True)
class End:
    """How a run ended.

    "returned" with results, "exit" with a status, "trap" with a code, "exception" with tag and values.
    """

    how: str
    values: tuple[object, ...]

    @property
    def status(self) -> int:
        """The exit status that a command ends with."""
        if self.how == "exit":
            status = self.values[0]
            assert isinstance(status, int)
            return status
        return Trap.exit_status if self.how in ("trap", "exception") else 0


def run(function: Callable[..., object], args: Sequence[object] = ()) -> End:
    """Call a function of the guest, or go on with a restored program, to the end."""
    try:
        results = function(*args)
    except GuestExit as exit_:
        return End("exit", (exit_.status,))
    except Trap as trap:
        return End("trap", (trap.code,))
    except WasmException as error:
        return End("exception", (error.tag.name, *error.values))
    return End("returned", _tuple(results))


def stop(
    function: mvvm.Func | mvvm.Restored, count: int, args: Sequence[object] = (), *, functions_only: bool = False
) -> mvvm.Snapshot | End:
    """Call a function of the guest, or go on with a restored program, to its stable point number `count`, from 1."""
    try:
        if functions_only:
            return mvvm.checkpoint(function, *args, function_count=count)
        return mvvm.checkpoint(function, *args, count=count)
    except mvvm.Finished as finished:
        return End("returned", _tuple(finished.result))
    except GuestExit as exit_:
        return End("exit", (exit_.status,))
    except Trap as trap:
        return End("trap", (trap.code,))
    except WasmException as error:
        return End("exception", (error.tag.name, *error.values))


def restore(
    snapshot: mvvm.Snapshot,
    program: mvvm.Program,
    continuations: Continuations,
    streams: Sequence[int] = (0, 1, 2),
    folders: dict[bytes | str, str] | None = None,
) -> mvvm.Restored:
    """A new instance that stands where the program stopped; calling what is returned goes on.

    `folders` gives host paths by what the guest calls them.
    """
    stdin, stdout, stderr = streams
    return mvvm.restore(
        snapshot,
        program,
        folders=folders,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        continuations=continuations,
    )


def stop_at_once(restored: mvvm.Restored) -> mvvm.Snapshot:
    """Stop a restored program before it has done anything, as if a request had been pending when it started."""
    return mvvm.checkpoint(restored, count=0)


def view(snapshot: mvvm.Snapshot) -> object:
    """The Wasm view in a snapshot, but for times, in a form that `==` compares."""
    return _plain(snapshot.view)


def number_of_points(start: mvvm.Func) -> int:
    """How many stable points a call without arguments passes."""
    ended = stop(start, _NEVER)
    assert isinstance(ended, End)
    assert start.instance is not None
    return _NEVER - ctypes.c_uint64.from_address(start.instance.context + CONTEXT_COUNTDOWN).value


def _plain(value: object) -> object:
    slots = getattr(type(value), "__slots__", None)
    if slots:
        return {name: _plain(getattr(value, name)) for name in slots if name not in _NOT_COMPARED}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _tuple(results: object) -> tuple[object, ...]:
    if results is None:
        return ()
    return tuple(results) if isinstance(results, (tuple, list)) else (results,)
