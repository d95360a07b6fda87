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
from weakref import WeakKeyDictionary

from mvvm.abi.stable_points import CALL_POINTS, LOOP_POINTS
from mvvm.errors import CheckpointFailed, UsageError
from mvvm.migrate.continuations import Continuations
from mvvm.migrate.snapshot import Snapshot, prepared_folder
from mvvm.migrate.take import controller_of, function_range, take, take_in_memory
from mvvm.runtime.command import instantiate
from mvvm.runtime.control import Stopped
from mvvm.runtime.func import Func
from mvvm.runtime.instance import Instance
from mvvm.runtime.resume import resume
from mvvm.runtime.values import from_raw

if TYPE_CHECKING:
    from mvvm.abi.view import Frame
    from mvvm.runtime.instance import Extern
    from mvvm.runtime.program import Program

_lock = threading.Lock()
_known: WeakKeyDictionary[Program, Continuations] = WeakKeyDictionary()


class Finished(Exception):
    """The call ended before the stable point where it was to be stopped; `result` is what it returned."""

    def __init__(self, result: object) -> None:
        super().__init__("the program ended before it was stopped")
        self.result = result


class Restored:
    """A stopped program that was taken up again: an `instance`, and the `frames` that it is to go on with.

    Calling it goes on, to the end of the call that was stopped, and returns what that returns; once. `references` are
    the objects of the host that it was given, by name.
    """

    def __init__(
        self,
        instance: Instance,
        frames: list[Frame],
        continuations: Continuations,
        references: Mapping[str, object] | None = None,
    ) -> None:
        self.instance = instance
        self.frames = frames
        self.references = references or {}
        self._continuations = continuations

    def __call__(self) -> object:
        """Go on. Raises Trap, WasmException, GuestExit, UsageError where it went on already, BadSnapshot."""
        frames, self.frames = self.frames, []
        if not frames:
            raise UsageError("the program went on already: restore the snapshot once more")
        bits = resume(self.instance, frames, self._continuations.find)
        if self.instance.starting:
            self.instance.starting = False
            start = self.instance.exports.get("_start")
            return start() if isinstance(start, Func) else None
        types = self.instance.program.info.func_type(frames[-1].function).results
        values = [from_raw(self.instance.raw_of(type_, value), type_) for value, type_ in zip(bits, types, strict=True)]
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
    references: Mapping[str, object] | None = None,
) -> Snapshot:
    """Make a call, or go on with a restored program, until it is to stop. Returns what it was then.

    It stops at the `count`-th stable point of any kind from here on, at the `function_count`-th one after a call, in
    the function with an index or name if `function` is given; or `after` so many seconds; else when another thread
    calls `request`. A count of 0 stops a restored program before it goes on at all. The snapshot is in memory, or in
    the file at `path`, compressed with a `zstd_level` (1 to 19).

    Objects of the host that the program holds then are written by their names in `references`, the first where there
    are several. Of a restored program, the names that it was restored with need not be given again.

    Raises Finished where the call ends before; CheckpointFailed, whose `restored` goes on all the same; UsageError
    where the program has no stable points; and what the call raises.
    """
    instance = call.instance
    if instance is None:
        raise UsageError("only a function of a guest can be stopped")
    if args and isinstance(call, Restored):
        raise UsageError("a restored program has its arguments already")
    counts = [number for number in (count, function_count) if number is not None]
    if len(counts) > 1 or any(number < 0 for number in counts):
        raise UsageError("give one of count and function_count, from 0 on")
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
        named = dict(references or {})
        for name, known in (call.references if isinstance(call, Restored) else {}).items():
            named.setdefault(name, known)
        try:
            if path is None:
                return take_in_memory(instance, stop.frames, zstd_level, named)
            take(instance, stop.frames, path, zstd_level, references=named)
        except CheckpointFailed as error:
            error.restored = Restored(instance, stop.frames, _continuations_of(instance.program), named)
            raise
        return Snapshot.open(path)
    finally:
        if timer is not None:
            timer.cancel()
            timer.join()  # it may be asking just now
        controller.cancel()
    raise Finished(result)


def request(instance: Instance) -> None:
    """Ask for a checkpoint of what runs in an instance, in another thread: under `checkpoint`, which then returns.

    Host calls of WASI that wait are interrupted. Raises UsageError where the program has no stable points.
    """
    controller_of(instance).request()


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
    references: Mapping[str, object] | None = None,
) -> Restored:
    """Take up a snapshot, by path or as an object, in a new instance of its program, whatever it was compiled for.

    Memory is mapped copy-on-write from the snapshot, so that many can be taken up from one. `imports` are those that
    the program had besides WASI's; `folders`, by the guest's name, and the host descriptors of the streams are WASI's.
    `continuations` are the program's if nothing is given: they are shared by all that is restored with it. What was
    prepared for the snapshot (mvvm.migrate.prepare) is used. `references` are the objects of the host that the program
    is to hold, by the names that mvvm.checkpoint wrote; names that it does not hold may be among them.

    Raises InputError: damaged, of another module, what it had open is not there; LinkError where imports or references
    are missing; UsageError.
    """
    if continuations is None:
        continuations = _continuations_of(program)
    if not isinstance(snapshot, Snapshot):
        continuations.add_prepared(prepared_folder(snapshot))
        snapshot = Snapshot.open(snapshot)
    snapshot.check_module(program.target.module_sha256)
    view = snapshot.view
    if view.wasi is None:
        instance = Instance(program, imports, state=snapshot, references=references)
    else:
        from mvvm.runtime.wasi.reopen import reopen

        wasi = reopen(view.wasi, folders=folders, stdin=stdin, stdout=stdout, stderr=stderr)
        try:
            instance = instantiate(program, wasi, state=snapshot, references=references)
        except BaseException:
            wasi.close()
            raise
    return Restored(instance, list(view.frames), continuations, references)


def _continuations_of(program: Program) -> Continuations:
    with _lock:
        return _known.get(program) or _known.setdefault(program, Continuations(program))
