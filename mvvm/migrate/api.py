"""Stopping a call and going on from where it stopped, for programs in Python.

snapshot = mvvm.checkpoint(instance.exports["main"], 5, count=10)   # the call main(5), at its 10th stable point
restored = mvvm.restore(snapshot, program)                          # any number of times, in any process
result = restored()                                                 # main's result
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mvvm.abi.stable_points import CALL_POINTS, LOOP_POINTS
from mvvm.errors import UsageError
from mvvm.migrate.continuations import Continuations
from mvvm.migrate.snapshot import Snapshot, write_snapshot, write_to_fd
from mvvm.runtime.capture import view_of
from mvvm.runtime.command import instantiate
from mvvm.runtime.control import Controller, Stopped
from mvvm.runtime.func import Func
from mvvm.runtime.instance import Instance
from mvvm.runtime.resume import resume
from mvvm.runtime.values import from_raw
from mvvm.runtime.wake import Wake

if TYPE_CHECKING:
    from mvvm.abi.view import Frame, WasiState
    from mvvm.runtime.instance import Extern
    from mvvm.runtime.program import Program


class Finished(Exception):
    """The call ended before the stable point where it was to be stopped; `result` is what it returned."""

    def __init__(self, result: object) -> None:
        super().__init__("the program ended before it was stopped")
        self.result = result


class Restored:
    """A stopped program that was taken up again: an `instance`, and the `frames` that it is to go on with.

    Calling it goes on, to the end of the call that was stopped, and returns what that returns; once.
    """

    def __init__(self, instance: Instance, frames: list[Frame], continuations: Continuations) -> None:
        self.instance = instance
        self.frames = frames
        self._continuations = continuations

    def __call__(self) -> object:
        """Go on. Raises Trap, GuestExit, UsageError where it went on already, BadSnapshot."""
        frames, self.frames = self.frames, []
        if not frames:
            raise UsageError("the program went on already: restore the snapshot once more")
        outermost = frames[-1].function
        info = self.instance.program.info
        bits = resume(self.instance, frames, self._continuations.find)
        if outermost == info.start:
            start = self.instance.exports.get("_start")
            return start() if isinstance(start, Func) else None
        types = info.func_type(outermost).results
        values = [
            from_raw(self.instance.funcref(value) if type_ == "r" else value, type_)
            for value, type_ in zip(bits, types, strict=True)
        ]
        return values[0] if len(values) == 1 else tuple(values) or None


def checkpoint(
    call: Func | Restored,
    *args: object,
    count: int | None = None,
    function_count: int | None = None,
    function: int | str | None = None,
    after: float | None = None,
    path: str | os.PathLike[str] | None = None,
    zstd_level: int | None = None,
) -> Snapshot:
    """Make a call, or go on with a restored program, until it is to stop. Returns what it was then.

    It stops at the `count`-th stable point of any kind from here on, at the `function_count`-th one after a call, in
    the function with an index or name if `function` is given; or `after` so many seconds; else when another thread
    calls `request`. A count of 0 stops a restored program before it goes on at all. The snapshot is in memory, or in
    the file at `path`, compressed with a `zstd_level` (1 to 19).

    Raises Finished where the call ends before; CheckpointFailed; UsageError where the program has no stable points; and
    what the call raises.
    """
    instance = call.instance
    if instance is None:
        raise UsageError("only a function of a guest can be stopped")
    controller = controller_of(instance)
    timer = None if after is None else threading.Timer(after, controller.request)
    if count == 0 or function_count == 0:
        controller.request()
    elif count is not None:
        controller.count(count, pcs=function_range(instance.program, function))
    elif function_count is not None:
        controller.count(function_count, CALL_POINTS, function_range(instance.program, function))
    elif function is not None:
        controller.count(1, CALL_POINTS | LOOP_POINTS, function_range(instance.program, function))
    if timer is not None:
        timer.start()
    try:
        result = call(*args)
    except Stopped as stop:
        return take(instance, stop.frames, path, zstd_level)
    finally:
        if timer is not None:
            timer.cancel()
        controller.cancel()
    raise Finished(result)


def request(instance: Instance) -> None:
    """Ask for a checkpoint of what runs in an instance, in another thread: under `checkpoint`, which then returns.

    Host calls of WASI that wait are interrupted. Raises UsageError where the program has no stable points.
    """
    controller_of(instance).request()


def controller_of(instance: Instance) -> Controller:
    """The controller of an instance, made at the first call. Raises UsageError where there are no stable points."""
    if instance.controller is None:
        wake = None
        if instance.wasi is not None:
            wake = instance.wasi.wake = Wake()
        return Controller(instance, wake)
    return instance.controller


def function_range(program: Program, function: int | str | None) -> tuple[int, int]:
    """The bytes in the module of a function's body, by index or name; all bytes for None. Raises UsageError."""
    if function is None:
        return 0, (1 << 64) - 1
    info = program.info
    if isinstance(function, str):
        named = [index for index, name in program.names.items() if name == function]
        named += [export.index for export in info.exports if export.kind == 0 and export.name == function]
        if not named:
            raise UsageError(f"the program has no function called {function!r}")
        function = named[0]
    first = info.num_imported_functions
    if not first <= function < len(info.functions):
        raise UsageError(f"function {function} is not one that the program defines: those are {first} and up")
    from mvvm.wasm.decode import find_bodies

    return find_bodies(program.wasm)[function - first]


def take(
    instance: Instance,
    frames: list[Frame],
    path: str | os.PathLike[str] | None = None,
    zstd_level: int | None = None,
    wasi: WasiState | None = None,
) -> Snapshot:
    """The snapshot of an instance that has stopped in `frames`. Raises CheckpointFailed.

    `wasi` is what WASI held, if that is not what it holds now.
    """
    if wasi is None and instance.wasi is not None:
        from mvvm.runtime.wasi.capture import capture

        wasi = capture(instance.wasi)
    view = view_of(instance, frames, wasi)
    known = instance.program.names
    names = {frame.function: known[frame.function] for frame in frames if frame.function in known}
    if path is not None:
        write_snapshot(path, view, instance.memories, zstd_level=zstd_level, names=names)
        return Snapshot.open(path)
    fd = os.memfd_create("mvvm.snapshot", os.MFD_CLOEXEC)
    try:
        write_to_fd(fd, view, instance.memories, zstd_level=zstd_level, names=names)
        return Snapshot.from_fd(fd)
    finally:
        os.close(fd)


def restore(
    snapshot: Snapshot | str | os.PathLike[str],
    program: Program,
    imports: Mapping[str, Mapping[str, Extern]] | None = None,
    *,
    folders: Mapping[bytes | str, str] | None = None,
    stdin: int = 0,
    stdout: int = 1,
    stderr: int = 2,
    continuations: Continuations | None = None,
) -> Restored:
    """Take up a snapshot, by path or as an object, in a new instance of its program, whatever it was compiled for.

    Memory is mapped copy-on-write from the snapshot, so that many can be taken up from one. `imports` are those that
    the program had besides WASI's; `folders`, by the guest's name, and the host descriptors of the streams are WASI's.
    `continuations` may be shared by those that are restored with one program.

    Raises InputError: damaged, of another module, what it had open is not there; LinkError, UsageError.
    """
    if not isinstance(snapshot, Snapshot):
        snapshot = Snapshot.open(snapshot)
    snapshot.check_module(program.target.module_sha256)
    view = snapshot.view
    if view.wasi is None:
        instance = Instance(program, imports, state=snapshot)
    else:
        from mvvm.runtime.wasi.reopen import reopen

        wasi = reopen(view.wasi, folders=folders, stdin=stdin, stdout=stdout, stderr=stderr)
        instance = instantiate(program, wasi, state=snapshot)
    return Restored(instance, list(view.frames), continuations or Continuations(program))
