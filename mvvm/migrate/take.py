"""Taking a snapshot of an instance that has stopped, and what to stop it by."""

from __future__ import annotations

import os

from mvvm.errors import UsageError
from mvvm.migrate import importing
from mvvm.runtime.capture import view_of
from mvvm.runtime.control import Controller
from mvvm.runtime.wake import Wake

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from mvvm.abi.view import Frame, View, WasiState
    from mvvm.migrate.snapshot import Snapshot
    from mvvm.runtime.instance import Instance
    from mvvm.runtime.program import Program


_WRITING = (
    *("mvvm.files", "mvvm.migrate.snapshot", "mvvm.migrate.writer", "mvvm.proto.snapshot_pb2", "mvvm.proto.codec_wasi"),
    *("mvvm.runtime.points", "mvvm.runtime.wasi.capture"),
)
_COMPRESSING = ("concurrent.futures.thread", "zstandard")


def controller_of(instance: Instance) -> Controller:
    """The controller of an instance, made at the first call. Raises UsageError where there are no stable points."""
    if instance.controller is None:
        wake = None
        if instance.wasi is not None:
            wake = instance.wasi.wake = Wake()
        elif any(memory.limits.shared for memory in instance.memories):
            wake = Wake()  # for memory.atomic.wait
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
    path: str | PathLike[str],
    zstd_level: int | None = None,
    wasi: WasiState | None = None,
    references: Mapping[str, object] | None = None,
) -> None:
    """Write the snapshot of an instance that has stopped in `frames`. Raises CheckpointFailed.

    `wasi` is what WASI held, if that is not what it holds now. `references` are the objects of the host that it may
    hold, by name.
    """
    from mvvm.migrate.snapshot import write_snapshot

    names = _names(instance, frames)
    view = _view(instance, frames, wasi, references)
    write_snapshot(path, view, instance.memories, zstd_level=zstd_level, names=names)


def take_in_memory(
    instance: Instance,
    frames: list[Frame],
    zstd_level: int | None = None,
    references: Mapping[str, object] | None = None,
) -> Snapshot:
    """As `take`, in memory."""
    from mvvm.migrate.snapshot import Snapshot, write_to_fd

    names = _names(instance, frames)
    view = _view(instance, frames, None, references)
    fd = os.memfd_create("mvvm.snapshot", os.MFD_CLOEXEC)
    try:
        write_to_fd(fd, view, instance.memories, zstd_level=zstd_level, names=names)
        return Snapshot.from_fd(fd)
    finally:
        os.close(fd)


def prepare_to_write(zstd_level: int | None) -> None:
    """Import what `take` needs. After a fork that could wait for a thread that is not there: one that was importing."""
    with importing.lock:
        for name in (*_WRITING, *(_COMPRESSING if zstd_level is not None else ())):
            __import__(name)


def _names(instance: Instance, frames: list[Frame]) -> dict[int, str]:
    known = instance.program.names
    return {frame.function: known[frame.function] for frame in frames if frame.function in known}


def _view(
    instance: Instance, frames: list[Frame], wasi: WasiState | None, references: Mapping[str, object] | None
) -> View:
    if wasi is None and instance.wasi is not None:
        from mvvm.runtime.wasi.capture import capture

        wasi = capture(instance.wasi)
    return view_of(instance, frames, wasi, references or {})
