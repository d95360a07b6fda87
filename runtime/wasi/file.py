"""fd_*: size, times, allocation and persistence of open files."""

from __future__ import annotations

import ctypes
import errno
import os

from mvvm.runtime import libc
from mvvm.runtime.wasi import types
from mvvm.runtime.wasi.descriptors import Stdio
from mvvm.runtime.wasi.errno import EINVAL
from mvvm.runtime.wasi.fdstat import stdio_filetype
from mvvm.runtime.wasi.times import set_times, timespecs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.wasi import Wasi

# By advice: normal, sequential, random, willneed, dontneed, noreuse.
_ADVICE = (
    os.POSIX_FADV_NORMAL,
    os.POSIX_FADV_SEQUENTIAL,
    os.POSIX_FADV_RANDOM,
    os.POSIX_FADV_WILLNEED,
    os.POSIX_FADV_DONTNEED,
    os.POSIX_FADV_NOREUSE,
)

_MAX_OFFSET = (1 << 63) - 1

_fallocate = libc.libc.fallocate
_fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)


def fd_advise(wasi: Wasi, fd: int, offset: int, length: int, advice: int) -> int:
    """Say how `length` bytes from `offset` on will be used.

    `advice`: 0 normal, 1 sequential, 2 random, 3 willneed, 4 dontneed, 5 noreuse.

    Errnos: EBADF (no file), EINVAL (no such advice, beyond 63 bits), ESPIPE (a FIFO).
    """
    if advice >= len(_ADVICE):
        return EINVAL
    os.posix_fadvise(wasi.descriptors.file(fd).host, offset, length, _ADVICE[advice])
    return 0


def fd_allocate(wasi: Wasi, fd: int, offset: int, length: int) -> int:
    """Allocate the disk space of `length` bytes from `offset` on.

    By fallocate(2): posix_fallocate(3) writes to every block where the file system cannot, for as long as
    `length` takes. (wasmtime answers ENOTSUP to all.)

    Errnos: EBADF (no file, not open for writing), EINVAL (length 0, beyond 63 bits), ENOSPC, EFBIG, ENOTSUP
    (file system), ENODEV (no regular file).
    """
    file = wasi.descriptors.file(fd)
    if offset + length > _MAX_OFFSET:
        return EINVAL
    while _fallocate(file.host, 0, offset, length):
        number = ctypes.get_errno()
        if number != errno.EINTR:
            raise OSError(number, os.strerror(number))
    return 0


def fd_datasync(wasi: Wasi, fd: int) -> int:
    """Wait until a file's data is on its disk. Errnos: EBADF (no file), EINVAL (no disk), EIO."""
    os.fdatasync(wasi.descriptors.file(fd).host)
    return 0


def fd_sync(wasi: Wasi, fd: int) -> int:
    """Wait until a file's data and attributes are on its disk. Errnos: EBADF (no file), EINVAL (no disk), EIO."""
    os.fsync(wasi.descriptors.file(fd).host)
    return 0


def fd_filestat_get(wasi: Wasi, fd: int, buf: int) -> int:
    """Write the attributes of what is open. Of a standard stream only the filetype, as in wasmtime.

    `buf`: address of 64 bytes, the times in nanoseconds since 1970:

        0       8       16              24        32       40       48       56       64
        |dev u64|ino u64|filetype u8|0 x 7|nlink u64|size u64|atim u64|mtim u64|ctim u64|

    Errnos: EBADF, EFAULT.
    """
    result = wasi.memory.span(buf, types.FILESTAT.size)
    descriptor = wasi.descriptors.get(fd)
    if isinstance(descriptor, Stdio):
        types.FILESTAT.pack_into(result, 0, 0, 0, stdio_filetype(descriptor.host), 0, 0, 0, 0, 0)
    else:
        result[:] = types.pack_filestat(os.fstat(descriptor.host))
    return 0


def fd_filestat_set_size(wasi: Wasi, fd: int, size: int) -> int:
    """Set a file's size in bytes; new bytes are zero.

    Errnos: EBADF (no file), EINVAL (not open for writing, no regular file, beyond 63 bits), EFBIG, EPERM.
    """
    os.ftruncate(wasi.descriptors.file(fd).host, size)
    return 0


def fd_filestat_set_times(wasi: Wasi, fd: int, atim: int, mtim: int, fst_flags: int) -> int:
    """Set the times of an open file or folder.

    `atim`, `mtim`: nanoseconds since 1970. `fst_flags`: 1 set the access time to atim, 2 to now, 4 set the
    modification time to mtim, 8 to now.

    Errnos: EBADF, EINVAL (both of a time's flags, unknown flags), EPERM, EROFS.
    """
    times = timespecs(atim, mtim, fst_flags)
    set_times(wasi.descriptors.file_or_directory(fd).host, times)
    return 0
