"""The descriptor table: what the guest's numbers stand for.

    Stdio       a stream that the host lent: never closed, never seeked
    File        opened by path_open: a file, a device or a FIFO
    Directory   a preopened folder, or one opened by path_open

Numbers belong to the guest, `host` numbers to this process; the two are unrelated. File and Directory know
the preopened folder they come from and their path below it, so they can be opened again elsewhere.

`waits` says whether reading or writing may wait for somebody: not at a regular file.
"""

from __future__ import annotations

import os
import stat

from mvvm.runtime.wasi.errno import EBADF, ESPIPE, WasiError


def can_wait(mode: int) -> bool:
    """Whether reading or writing what has the st_mode `mode` may wait: a FIFO, a device, a socket, anything odd."""
    return not (stat.S_ISREG(mode) or stat.S_ISBLK(mode))


class Preopen:
    """A folder that the host grants: `host_path` as the guest sees it, under the name `guest_path`."""

    __slots__ = ("guest_path", "host_path")

    def __init__(self, host_path: str, guest_path: str) -> None:
        self.host_path = host_path
        self.guest_path = os.fsencode(guest_path)


class Stdio:
    """Standard input (`number` 0, `readable`), output (1) or error (2, both `writable`), under whatever number."""

    __slots__ = ("host", "number", "readable", "waits", "writable")

    def __init__(self, host: int, number: int, *, waits: bool) -> None:
        self.host = host
        self.number = number
        self.readable = number == 0
        self.writable = number != 0
        self.waits = waits

    def close(self) -> None:
        """Leave the host's stream open: others may use it."""


class File:
    """An open file at `path` below `preopen`, with the `flags` (fdflags) that the guest set."""

    __slots__ = ("flags", "host", "path", "preopen", "readable", "waits", "writable")

    def __init__(
        self, host: int, preopen: Preopen, path: bytes, flags: int, *, readable: bool, writable: bool, waits: bool
    ) -> None:
        self.host = host
        self.preopen = preopen
        self.path = path
        self.flags = flags
        self.readable = readable
        self.writable = writable
        self.waits = waits

    def close(self) -> None:
        """Close the host's descriptor."""
        os.close(self.host)


class Directory:
    """An open folder at `path` below `preopen`; `is_preopen` where fd_prestat_get names it.

    `entries` is the listing that fd_readdir's cookies count in, None before the first call.
    """

    __slots__ = ("entries", "host", "is_preopen", "path", "preopen")

    readable = False
    writable = False
    waits = False

    def __init__(self, host: int, preopen: Preopen, path: bytes, *, is_preopen: bool = False) -> None:
        self.host = host
        self.preopen = preopen
        self.path = path
        self.is_preopen = is_preopen
        self.entries: list[tuple[bytes, int, int]] | None = None  # name, inode, filetype

    def close(self) -> None:
        """Close the host's descriptor."""
        os.close(self.host)


Descriptor = Stdio | File | Directory


class DescriptorTable:
    """Descriptors by number. A new one gets the lowest free number, as in POSIX."""

    __slots__ = ("slots",)

    def __init__(self, descriptors: list[Descriptor]) -> None:
        self.slots: list[Descriptor | None] = [*descriptors]

    def get(self, fd: int) -> Descriptor:
        """What `fd` stands for. Raises EBADF."""
        if fd < len(self.slots):
            descriptor = self.slots[fd]
            if descriptor is not None:
                return descriptor
        raise WasiError(EBADF)

    def file(self, fd: int) -> File:
        """The file that `fd` stands for. Raises EBADF, also for other kinds, as wasmtime does."""
        descriptor = self.get(fd)
        if not isinstance(descriptor, File):
            raise WasiError(EBADF)
        return descriptor

    def seekable(self, fd: int) -> File:
        """The file that `fd` stands for, which has a position. Raises ESPIPE for a stream, EBADF for others."""
        if isinstance(self.get(fd), Stdio):
            raise WasiError(ESPIPE)
        return self.file(fd)

    def directory(self, fd: int) -> Directory:
        """The folder that `fd` stands for. Raises EBADF, also for other kinds, as wasmtime does."""
        descriptor = self.get(fd)
        if not isinstance(descriptor, Directory):
            raise WasiError(EBADF)
        return descriptor

    def file_or_directory(self, fd: int) -> File | Directory:
        """What path_open opened or the host granted. Raises EBADF, also for standard streams."""
        descriptor = self.get(fd)
        if isinstance(descriptor, Stdio):
            raise WasiError(EBADF)
        return descriptor

    def add(self, descriptor: Descriptor) -> int:
        """The number that the new `descriptor` gets."""
        if None in self.slots:
            fd = self.slots.index(None)
            self.slots[fd] = descriptor
        else:
            fd = len(self.slots)
            self.slots.append(descriptor)
        return fd

    def close(self, fd: int) -> None:
        """Close `fd` and free its number, which happens even where closing reports an error."""
        descriptor = self.get(fd)
        self.slots[fd] = None
        descriptor.close()

    def renumber(self, source: int, target: int) -> None:
        """Close `target` and let its number stand for what `source` stood for, which becomes free."""
        moved = self.get(source)
        replaced = self.get(target)
        if source != target:
            self.slots[target] = moved
            self.slots[source] = None
            replaced.close()

    def close_all(self) -> None:
        """Close everything."""
        slots, self.slots = self.slots, []
        for descriptor in slots:
            if descriptor is not None:
                descriptor.close()
