"""Going on from the WASI state of a checkpoint: open again what was open, under the same numbers."""

from __future__ import annotations

import errno
import os
import stat

from mvvm.abi.view import DirectoryState, FileState, StdioState
from mvvm.errors import EnvironmentFailure, InputError, UsageError
from mvvm.runtime.mapping import memory_file
from mvvm.runtime.wasi import Wasi, clock, open_preopen, types
from mvvm.runtime.wasi.descriptors import Directory, File, Preopen, Stdio, can_wait
from mvvm.runtime.wasi.open import open_flags
from mvvm.runtime.wasi.resolve import open_beneath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mvvm.abi.view import WasiState
    from mvvm.runtime.wasi.descriptors import Descriptor

_REMEDY = "restore with --map-dir to say where the program's folders are"


def reopen(
    state: WasiState,
    *,
    folders: Mapping[bytes | str, str] | None = None,
    stdin: int = 0,
    stdout: int = 1,
    stderr: int = 2,
) -> Wasi:
    """A Wasi that goes on from `state`; its memory and wake are the caller's to set.

    `folders` are host folders by the guest's name for them; others are where they were. The streams are host
    descriptors. Where standard input was at a position in a file and `stdin` is a file, it is set to that position;
    output goes on where the streams are. Files are opened as the guest had opened them, but never made or emptied.

    Raises UsageError (`folders` name what the guest was not given, or cannot be opened), InputError (what was open is
    not there, or is something else), EnvironmentFailure.
    """
    wasi = Wasi([], {}, [], stdin, stdout, stderr)
    wasi.args, wasi.environ, wasi.waited = [*state.args], [*state.environ], state.waited
    clock.go_on(wasi, state.clocks)
    reopening = _Reopening(wasi, state, folders or {})
    try:
        wasi.descriptors.slots = reopening.run(state)
    except BaseException:
        reopening.close_all()
        raise
    return wasi


class _Reopening:
    """What is at hand while descriptors are opened."""

    __slots__ = ("_folders", "_mapped", "_nameless", "_slots", "_spare", "_streams")

    def __init__(self, wasi: Wasi, state: WasiState, folders: Mapping[bytes | str, str]) -> None:
        self._streams = [item for item in wasi.descriptors.slots if isinstance(item, Stdio)]
        self._slots: list[Descriptor | None] = []
        self._spare: list[Directory] = []  # folders that the guest closed, needed for what is in them
        self._folders: dict[bytes, Directory] = {}  # by the guest's name
        self._nameless: dict[tuple[bytes, bytes], int] = {}  # host descriptors of files without a path
        self._mapped = {os.fsencode(name): path for name, path in folders.items()}
        known = {*state.folders}
        for item in state.descriptors:
            if isinstance(item, DirectoryState) and item.host_path is not None:
                known.add(item.preopen)
        for name in self._mapped:
            if name not in known:
                have = ", ".join(repr(os.fsdecode(other)) for other in sorted(known)) or "none"
                raise UsageError(
                    f"the program was given no folder {os.fsdecode(name)!r} that could be mapped; it has {have}"
                )

    def run(self, state: WasiState) -> list[Descriptor | None]:
        """Open the descriptors. close_all closes what was opened before an error."""
        for name, host_path in state.folders.items():
            self._spare.append(self._preopen(name, host_path))
        descriptors = state.descriptors
        self._slots = [None] * len(descriptors)
        for fd, item in enumerate(descriptors):
            if isinstance(item, DirectoryState) and item.host_path is not None:
                self._slots[fd] = self._preopen(item.preopen, item.host_path)
        for fd, item in enumerate(descriptors):
            if isinstance(item, StdioState):
                self._slots[fd] = self._stream(item)
            elif isinstance(item, FileState):
                self._slots[fd] = self._file(item) if item.contents is None else self._nameless_file(item)
            elif isinstance(item, DirectoryState) and item.host_path is None:
                self._slots[fd] = self._directory(item)
            opened = self._slots[fd]
            if isinstance(opened, Directory) and isinstance(item, DirectoryState):
                opened.entries = None if item.entries is None else [*item.entries]
        slots, self._slots = self._slots, []
        self.close_all()
        return slots

    def close_all(self) -> None:
        """Close what is not handed over to the guest."""
        for item in [*self._slots, *self._spare]:
            if item is not None:
                item.close()
        for host in self._nameless.values():
            os.close(host)

    def _preopen(self, name: bytes, host_path: str) -> Directory:
        mapped = self._mapped.get(name)
        try:
            directory = open_preopen(Preopen(host_path if mapped is None else mapped, os.fsdecode(name)))
        except UsageError as error:
            if mapped is not None:
                raise
            raise InputError(f"{error}; {_REMEDY}") from None
        self._folders.setdefault(name, directory)
        return directory

    def _stream(self, state: StdioState) -> Stdio:
        stream = self._streams[state.number]
        if state.number == 0 and state.position is not None and stat.S_ISREG(os.fstat(stream.host).st_mode):
            _seek(stream.host, state.position)
        return stream

    def _open(self, state: FileState | DirectoryState, flags: int) -> tuple[int, Preopen]:
        """A host descriptor of what has a path, and the preopened folder it is in. Raises InputError."""
        folder = self._folders.get(state.preopen)
        if folder is None:
            raise InputError(f"{_shown(state)} cannot be opened: the snapshot does not say where that folder is")
        try:
            return open_beneath(folder.host, state.path, flags), folder.preopen
        except OSError as error:
            if error.errno == errno.ENXIO:
                raise InputError(
                    f"{_shown(state)} cannot be opened: nobody reads from it, or no device is there"
                ) from None
            raise InputError(f"{_shown(state)} cannot be opened: {error.strerror}; {_REMEDY}") from None

    def _directory(self, state: DirectoryState) -> Directory:
        if not state.path:
            preopen = self._folders[state.preopen].preopen if state.preopen in self._folders else None
            return Directory(_removed_folder(), preopen or Preopen("", os.fsdecode(state.preopen)), b"")
        host, preopen = self._open(state, os.O_RDONLY | os.O_DIRECTORY)
        return Directory(host, preopen, state.path)

    def _file(self, state: FileState) -> File:
        host, preopen = self._open(state, _flags(state))
        try:
            status = os.fstat(host)
            _check(state, status)
            waits = can_wait(status.st_mode)
            if waits and not state.flags & types.NONBLOCK:
                os.set_blocking(host, True)
            if state.position is not None:
                _seek(host, state.position)
        except BaseException:
            os.close(host)
            raise
        return _described(state, host, preopen, waits=waits)

    def _nameless_file(self, state: FileState) -> File:
        key = (state.preopen, state.path)
        folder = self._folders.get(state.preopen)
        preopen = Preopen("", os.fsdecode(state.preopen)) if folder is None else folder.preopen
        try:
            if key not in self._nameless:
                self._nameless[key] = memory_file("mvvm-removed", state.contents or b"")
            # Opened anew: with the flags and a position of its own.
            host = os.open(f"/proc/self/fd/{self._nameless[key]}", _flags(state) | os.O_CLOEXEC)
        except OSError as error:
            raise EnvironmentFailure(
                f"{_shown(state)}, which was removed while it was open, cannot be made again: {error.strerror}"
            ) from None
        _seek(host, state.position or 0)
        return _described(state, host, preopen, waits=False)


def _flags(state: FileState) -> int:
    """open(2)'s flags for a file as the guest has it open. Opening does not wait."""
    rights = (types.FD_READ if state.readable else 0) | (types.FD_WRITE if state.writable else 0)
    return open_flags(types.SYMLINK_FOLLOW, 0, rights, state.flags)


def _seek(host: int, position: int) -> None:
    try:
        os.lseek(host, position, os.SEEK_SET)
    except OSError as error:
        raise InputError(f"the file system has no files with a byte {position}: {error.strerror}") from None


def _described(state: FileState, host: int, preopen: Preopen, *, waits: bool) -> File:
    return File(host, preopen, state.path, state.flags, readable=state.readable, writable=state.writable, waits=waits)


def _check(state: FileState, status: os.stat_result) -> None:
    """Raise InputError where what was opened cannot be what the guest had open."""
    regular = stat.S_ISREG(status.st_mode)
    had_position = state.position is not None
    if stat.S_ISDIR(status.st_mode) or (regular or stat.S_ISBLK(status.st_mode)) != had_position:
        wanted = "file" if had_position else "FIFO or device"
        raise InputError(f"{_shown(state)} is not the {wanted} that the program had open; {_REMEDY}")
    if not regular or state.position is None:
        return
    # A position beyond the end is allowed, and not a sign of another file.
    needed = state.position if state.size is None else min(state.position, state.size)
    if status.st_size < needed and (state.size is not None or not state.writable):
        raise InputError(
            f"{_shown(state)} is shorter than it was: the program is at byte {needed} of it, and it has "
            f"{status.st_size}; {_REMEDY}"
        )


def _shown(state: FileState | DirectoryState) -> str:
    return "the program's " + repr(os.fsdecode(os.path.join(state.preopen, state.path)))


def _removed_folder() -> int:
    try:
        import tempfile

        path = tempfile.mkdtemp(prefix="mvvm-removed-")
        host = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        os.rmdir(path)
    except OSError as error:
        raise EnvironmentFailure(f"cannot make a temporary folder: {error.strerror}") from None
    return host
