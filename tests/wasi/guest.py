"""A guest without code: calls WASI functions by name, on a memory in which stray writes show."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple, cast

from mvvm.runtime.memory import Memory, OutOfBounds
from mvvm.runtime.wasi import FUNCTIONS, Wasi
from mvvm.runtime.wasi import types as t

UNTOUCHED = b"?"
READ, WRITE = t.FD_READ, t.FD_WRITE
CREAT, DIRECTORY, EXCL, TRUNC = t.CREAT, t.O_DIRECTORY, t.EXCL, t.TRUNC


class Filestat(NamedTuple):
    dev: int
    ino: int
    filetype: int
    nlink: int
    size: int
    atim: int
    mtim: int
    ctim: int


class Fdstat(NamedTuple):
    filetype: int
    flags: int
    rights: int
    inheriting: int


class Dirent(NamedTuple):
    next: int
    ino: int
    type: int
    name: bytes


class Event(NamedTuple):
    userdata: int
    error: int
    type: int
    nbytes: int
    flags: int


class WasiFailure(Exception):
    """A call gave an errno."""

    def __init__(self, errno: int) -> None:
        super().__init__(errno)
        self.errno = errno


class AbstractGuest:
    """Helpers over what an implementation offers: `call`, `write_memory`, `read_memory`, `memory_size`."""

    memory_size: int

    def __init__(self) -> None:
        self._next = 1024
        self.written: list[tuple[int, int]] = []  # ranges that calls may write to, or that were put

    def call(self, name: str, *arguments: int) -> int:
        raise NotImplementedError

    def write_memory(self, address: int, data: bytes) -> None:
        raise NotImplementedError

    def read_memory(self, address: int, size: int) -> bytes:
        raise NotImplementedError

    def room(self, size: int) -> int:
        """The address of `size` bytes for results, aligned, with a gap around."""
        address = self._next
        self._next += (size + 31) & ~15
        assert self._next <= self.memory_size
        self.written.append((address, size))
        return address

    def put(self, data: bytes) -> int:
        address = self.room(len(data))
        self.write_memory(address, data)
        return address

    def release(self) -> None:
        """Start again at the bottom of memory."""
        self._next = 1024

    def must(self, name: str, *arguments: int) -> None:
        errno = self.call(name, *arguments)
        if errno:
            raise WasiFailure(errno)

    def text(self, path: str | bytes) -> tuple[int, int]:
        """Address and length of a path."""
        data = path.encode() if isinstance(path, str) else path
        return self.put(data), len(data)

    def iovs(self, *buffers: tuple[int, int]) -> tuple[int, int]:
        return self.put(b"".join(struct.pack("<II", *buffer) for buffer in buffers)), len(buffers)

    def unpack(self, layout: str, address: int) -> tuple[int, ...]:
        return struct.unpack(layout, self.read_memory(address, struct.calcsize(layout)))

    # Descriptors.

    def open(
        self,
        path: str | bytes,
        oflags: int = 0,
        *,
        fd: int = 3,
        rights: int = READ,
        fdflags: int = 0,
        follow: int = 1,
    ) -> int:
        opened = self.room(4)
        self.must("path_open", fd, follow, *self.text(path), oflags, rights, 0, fdflags, opened)
        return self.unpack("<I", opened)[0]

    def write(self, fd: int, data: bytes, offset: int | None = None) -> int:
        result = self.room(4)
        iovs = self.iovs((self.put(data), len(data)))
        if offset is None:
            self.must("fd_write", fd, *iovs, result)
        else:
            self.must("fd_pwrite", fd, *iovs, offset, result)
        return self.unpack("<I", result)[0]

    def read(self, fd: int, size: int = 100, offset: int | None = None) -> bytes:
        buffer, result = self.room(size), self.room(4)
        if offset is None:
            self.must("fd_read", fd, *self.iovs((buffer, size)), result)
        else:
            self.must("fd_pread", fd, *self.iovs((buffer, size)), offset, result)
        return self.read_memory(buffer, self.unpack("<I", result)[0])

    def seek(self, fd: int, offset: int, whence: int = 0) -> int:
        result = self.room(8)
        self.must("fd_seek", fd, offset & (1 << 64) - 1, whence, result)
        return self.unpack("<Q", result)[0]

    def tell(self, fd: int) -> int:
        result = self.room(8)
        self.must("fd_tell", fd, result)
        return self.unpack("<Q", result)[0]

    def close(self, fd: int) -> None:
        self.must("fd_close", fd)

    def fdstat(self, fd: int) -> Fdstat:
        result = self.room(24)
        self.must("fd_fdstat_get", fd, result)
        return Fdstat(*self.unpack("<BxH4xQQ", result))

    def prestat(self, fd: int) -> tuple[int, int]:
        result = self.room(8)
        self.must("fd_prestat_get", fd, result)
        tag, length = self.unpack("<B3xI", result)
        return tag, length

    def prestat_name(self, fd: int, size: int) -> bytes:
        result = self.room(size)
        self.must("fd_prestat_dir_name", fd, result, size)
        return self.read_memory(result, size)

    def readdir(self, fd: int, size: int = 4096, cookie: int = 0) -> tuple[int, bytes]:
        buffer, used = self.room(size), self.room(4)
        self.must("fd_readdir", fd, buffer, size, cookie, used)
        count = self.unpack("<I", used)[0]
        return count, self.read_memory(buffer, count)

    def entries(self, fd: int, size: int = 4096) -> list[Dirent]:
        """All entries, read in steps of `size` bytes; what is cut off is read again, as libcs do."""
        found: list[Dirent] = []
        cookie = 0
        while True:
            used, data = self.readdir(fd, size, cookie)
            while len(data) >= 24:
                following, ino, length, kind = struct.unpack_from("<QQIB", data)
                if len(data) < 24 + length:
                    break
                found.append(Dirent(following, ino, kind, data[24 : 24 + length]))
                data, cookie = data[24 + length :], following
            if used < size:
                return found
            self.release()

    def poll(self, *subscriptions: bytes) -> list[Event]:
        events, count = self.room(32 * len(subscriptions)), self.room(4)
        self.must("poll_oneoff", self.put(b"".join(subscriptions)), events, len(subscriptions), count)
        layout = "<QHB5xQH6x"
        return [Event(*self.unpack(layout, events + 32 * i)) for i in range(self.unpack("<I", count)[0])]

    # Paths.

    def filestat(self, path: str | bytes | int, *, fd: int = 3, follow: int = 1) -> Filestat:
        result = self.room(64)
        if isinstance(path, int):
            self.must("fd_filestat_get", path, result)
        else:
            self.must("path_filestat_get", fd, follow, *self.text(path), result)
        return Filestat(*self.unpack("<QQB7xQQQQQ", result))

    def set_times(self, path: str, atim: int, mtim: int, flags: int, *, follow: int = 1) -> None:
        self.must("path_filestat_set_times", 3, follow, *self.text(path), atim, mtim, flags)

    def readlink(self, path: str | bytes, size: int = 100) -> bytes:
        buffer, used = self.room(size), self.room(4)
        self.must("path_readlink", 3, *self.text(path), buffer, size, used)
        return self.read_memory(buffer, self.unpack("<I", used)[0])

    def symlink(self, target: str | bytes, path: str | bytes) -> None:
        self.must("path_symlink", *self.text(target), 3, *self.text(path))

    def link(self, old: str, new: str, flags: int = 0) -> None:
        self.must("path_link", 3, flags, *self.text(old), 3, *self.text(new))

    def rename(self, old: str, new: str) -> None:
        self.must("path_rename", 3, *self.text(old), 3, *self.text(new))

    def mkdir(self, path: str | bytes) -> None:
        self.must("path_create_directory", 3, *self.text(path))

    def rmdir(self, path: str | bytes) -> None:
        self.must("path_remove_directory", 3, *self.text(path))

    def unlink(self, path: str | bytes) -> None:
        self.must("path_unlink_file", 3, *self.text(path))


def clock_subscription(userdata: int, clock: int, timeout: int, flags: int = 0) -> bytes:
    return struct.pack("<QB7xI4xQQH6x", userdata, 0, clock, timeout, 0, flags)


def fd_subscription(userdata: int, tag: int, fd: int) -> bytes:
    return struct.pack("<QB7xI28x", userdata, tag, fd)


class FakeMemory:
    """A memory of `UNTOUCHED` bytes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.bytes = bytearray(UNTOUCHED * size)
        self.view = memoryview(self.bytes)

    def span(self, address: int, size: int) -> memoryview:
        if address < 0 or size < 0 or address + size > self.size:
            raise OutOfBounds
        return self.view[address : address + size]


class Guest(AbstractGuest):
    """A guest of mvvm's WASI."""

    memory_size = 4 * 65536

    def __init__(self, wasi: Wasi) -> None:
        super().__init__()
        self.wasi = wasi
        self.fake = FakeMemory(self.memory_size)
        wasi.memory = cast(Memory, self.fake)
        self._functions: dict[str, Callable[..., int]] = {}
        for name in FUNCTIONS:
            found = wasi.function(name)
            assert found is not None
            self._functions[name] = found[1]

    def call(self, name: str, *arguments: int) -> int:
        return self._functions[name](*arguments)

    def write_memory(self, address: int, data: bytes) -> None:
        self.fake.span(address, len(data))[:] = data

    def read_memory(self, address: int, size: int) -> bytes:
        return bytes(self.fake.span(address, size))

    def stray_writes(self) -> bytes:
        """What is no longer UNTOUCHED outside of what room() and put() gave out."""
        memory = bytearray(self.fake.bytes)
        for address, size in self.written:
            memory[address : address + size] = UNTOUCHED * size
        return bytes(memory).replace(UNTOUCHED, b"")
