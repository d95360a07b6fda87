"""The WASI state of a stopped guest, as a checkpoint keeps it (mvvm.abi.view). `reopen` goes on from there.

What is open is kept by path. A path may lead to something else by now: then the kernel says what the path is (see
find), and a file that has none any more is kept with its contents.
"""

from __future__ import annotations

import os
import stat

from mvvm.abi.view import DirectoryState, FileState, StdioState, WasiState
from mvvm.errors import CheckpointFailed
from mvvm.runtime.wasi import clock
from mvvm.runtime.wasi.descriptors import Directory, File, Stdio
from mvvm.runtime.wasi.find import Folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.abi.view import DescriptorState
    from mvvm.runtime.wasi import Wasi
    from mvvm.runtime.wasi.descriptors import Descriptor

# Bytes of files without a path, all together: they become part of one message of the snapshot.
MAX_CONTENTS = 1 << 30


def capture(wasi: Wasi) -> WasiState:
    """What WASI holds for the guest now. Nothing is changed.

    To be called in the thread and the process that run the guest, as its CPU clocks are theirs. Raises
    CheckpointFailed, which names the descriptor that cannot be saved.
    """
    slots = wasi.descriptors.slots
    nameless = _Nameless()
    folders = Folders(slots)
    try:
        states = [_descriptor(fd, descriptor, folders, nameless) for fd, descriptor in enumerate(slots)]
        closed = folders.closed()
    finally:
        folders.close()
    return WasiState([*wasi.args], [*wasi.environ], states, clock.readings(wasi), wasi.waited, closed)


def _descriptor(
    fd: int, descriptor: Descriptor | None, folders: Folders, nameless: _Nameless
) -> DescriptorState | None:
    if descriptor is None:
        return None
    try:
        if isinstance(descriptor, Stdio):
            return StdioState(descriptor.number, _position(descriptor.host, os.fstat(descriptor.host)))
        if isinstance(descriptor, Directory):
            return _directory(descriptor, folders)
        return _file(descriptor, folders, nameless)
    except CheckpointFailed as error:
        raise CheckpointFailed(f"the program's descriptor {fd} cannot be saved: {error}") from None
    except OSError as error:
        raise CheckpointFailed(f"the program's descriptor {fd} cannot be saved: {error.strerror}") from None


def _position(host: int, status: os.stat_result) -> int | None:
    if stat.S_ISREG(status.st_mode) or stat.S_ISBLK(status.st_mode):
        return os.lseek(host, 0, os.SEEK_CUR)
    return None


def _directory(directory: Directory, folders: Folders) -> DirectoryState:
    entries = None if directory.entries is None else [*directory.entries]
    name = directory.preopen.guest_path
    if directory.is_preopen:
        return DirectoryState(name, b"", folders.host_path(directory.preopen, directory.host), entries)
    found = folders.find(directory)
    if found is not None:
        return DirectoryState(*found, None, entries)
    if os.fstat(directory.host).st_nlink:
        raise CheckpointFailed(
            f"the folder {_shown(name, directory.path)} was moved out of the folders that the program was given"
        )
    return DirectoryState(name, b"", None, entries)


def _file(file: File, folders: Folders, nameless: _Nameless) -> FileState:
    status = os.fstat(file.host)
    regular = stat.S_ISREG(status.st_mode)
    found = folders.find(file)
    contents = None
    if found is None:
        if not regular:
            raise CheckpointFailed(
                f"{_shown(file.preopen.guest_path, file.path)} is no regular file and its path is gone"
            )
        found = nameless.path(file, status)
        contents = nameless.contents(file, status)
    return FileState(
        *found,
        file.flags,
        _position(file.host, status),
        contents,
        readable=file.readable,
        writable=file.writable,
        size=status.st_size if regular and contents is None else None,
    )


def _shown(preopen: bytes, path: bytes) -> str:
    return repr(os.fsdecode(os.path.join(preopen, path)))


class _Nameless:
    """The files without a path, one or more descriptors each."""

    __slots__ = ("_contents", "_paths", "_size")

    def __init__(self) -> None:
        self._paths: dict[tuple[int, int], tuple[bytes, bytes]] = {}
        self._contents: dict[tuple[int, int], bytes] = {}
        self._size = 0

    def path(self, file: File, status: os.stat_result) -> tuple[bytes, bytes]:
        """The preopened folder and path that the file was opened by, made different from those of others."""
        key = (status.st_dev, status.st_ino)
        if key not in self._paths:
            preopen = file.preopen.guest_path
            path, count = file.path, 1
            while (preopen, path) in self._paths.values():
                count += 1
                path = b"%b (%d)" % (file.path, count)
            self._paths[key] = (preopen, path)
        return self._paths[key]

    def contents(self, file: File, status: os.stat_result) -> bytes:
        """Its bytes. Raises CheckpointFailed where they are too many."""
        self._size += status.st_size
        if self._size > MAX_CONTENTS:
            raise CheckpointFailed(
                f"the file {_shown(file.preopen.guest_path, file.path)} was removed while it is open, and such files "
                f"have {self._size} bytes, more than the {MAX_CONTENTS} that a snapshot can hold"
            )
        key = (status.st_dev, status.st_ino)
        if key not in self._contents:
            # Opened again, as the guest's descriptor may be for writing only.
            with open(f"/proc/self/fd/{file.host}", "rb", buffering=0) as stream:
                self._contents[key] = _read(stream.fileno(), status.st_size)
        return self._contents[key]


def _read(host: int, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = os.pread(host, size - len(data), len(data))
        if not part:
            break
        data += part
    return bytes(data)
