"""fd_*: reading, writing, positions and the descriptor table.

Bytes go straight between guest memory and the host's descriptor. Lists of buffers are

    iovs: |buf u32|buf_len u32| ... iovs_len times

and a call transfers at most IOV_MAX buffers that are not empty: a short count, as readv and writev may give.
"""

from __future__ import annotations

import os

from mvvm.runtime.wasi.errno import EBADF, EINVAL, WasiError
from mvvm.runtime.wasi.types import IOVEC, U32, U64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.memory import Memory
    from mvvm.runtime.wasi import Wasi

_IOV_MAX = 1024  # of Linux
_MAX_VECTORS = 1 << 20  # looked at; bounds the time that a list of empty buffers takes

_WHENCE = (os.SEEK_SET, os.SEEK_CUR, os.SEEK_END)


def _buffers(memory: Memory, iovs: int, iovs_len: int) -> list[memoryview]:
    """The buffers of a list. Raises EINVAL where it is longer than _MAX_VECTORS."""
    table = memory.span(iovs, IOVEC.size * iovs_len)
    if iovs_len > _MAX_VECTORS:
        raise WasiError(EINVAL)
    buffers = []
    for address, size in IOVEC.iter_unpack(table):
        if size:
            buffers.append(memory.span(address, size))
            if len(buffers) == _IOV_MAX:
                break
    return buffers


def fd_read(wasi: Wasi, fd: int, iovs: int, iovs_len: int, nread: int) -> int:
    """Read from the current position. Where there is nothing yet, wait (see waiting).

    `nread`: address of a u32, set to the bytes read; 0 at the end.

    Errnos: EBADF (not open for reading), EAGAIN, EFAULT, EINVAL (list too long).
    """
    memory = wasi.memory
    result = memory.span(nread, 4)
    buffers = _buffers(memory, iovs, iovs_len)
    descriptor = wasi.descriptors.get(fd)
    if not descriptor.readable:
        return EBADF
    if descriptor.waits and wasi.wake is not None:
        from mvvm.runtime.wasi import waiting

        count = waiting.readv(wasi.wake, descriptor, buffers)
    else:
        count = os.readv(descriptor.host, buffers)
    U32.pack_into(result, 0, count)
    return 0


def fd_write(wasi: Wasi, fd: int, iovs: int, iovs_len: int, nwritten: int) -> int:
    """Write at the current position, or at the end with the flag append. Where there is no room, wait (see waiting).

    `nwritten`: address of a u32, set to the bytes written.

    Errnos: EBADF (not open for writing), EAGAIN, EPIPE, ENOSPC, EFBIG, EFAULT, EINVAL (list too long).
    """
    memory = wasi.memory
    result = memory.span(nwritten, 4)
    buffers = _buffers(memory, iovs, iovs_len)
    descriptor = wasi.descriptors.get(fd)
    if not descriptor.writable:
        return EBADF
    if descriptor.waits and wasi.wake is not None:
        from mvvm.runtime.wasi import waiting

        count = waiting.writev(wasi.wake, descriptor, buffers)
    else:
        count = os.writev(descriptor.host, buffers)
    U32.pack_into(result, 0, count)
    return 0


def fd_pread(wasi: Wasi, fd: int, iovs: int, iovs_len: int, offset: int, nread: int) -> int:
    """Read from the byte `offset` on; the position stays.

    `nread`: address of a u32, set to the bytes read; 0 at the end.

    Errnos: EBADF (not open for reading), ESPIPE (a stream), EFAULT, EINVAL (offset beyond 63 bits, list too
    long).
    """
    memory = wasi.memory
    result = memory.span(nread, 4)
    buffers = _buffers(memory, iovs, iovs_len)
    if not wasi.descriptors.get(fd).readable:
        return EBADF
    U32.pack_into(result, 0, os.preadv(wasi.descriptors.seekable(fd).host, buffers, offset))
    return 0


def fd_pwrite(wasi: Wasi, fd: int, iovs: int, iovs_len: int, offset: int, nwritten: int) -> int:
    """Write from the byte `offset` on (as on Linux: at the end with the flag append); the position stays.

    `nwritten`: address of a u32, set to the bytes written.

    Errnos: EBADF (not open for writing), ESPIPE (a stream), ENOSPC, EFBIG, EFAULT, EINVAL (offset beyond 63
    bits, list too long).
    """
    memory = wasi.memory
    result = memory.span(nwritten, 4)
    buffers = _buffers(memory, iovs, iovs_len)
    if not wasi.descriptors.get(fd).writable:
        return EBADF
    U32.pack_into(result, 0, os.pwritev(wasi.descriptors.seekable(fd).host, buffers, offset))
    return 0


def fd_seek(wasi: Wasi, fd: int, offset: int, whence: int, newoffset: int) -> int:
    """Move the position.

    `offset`: signed bytes from (`whence`) 0 the start, 1 the position, 2 the end.
    `newoffset`: address of a u64, set to the new position in bytes from the start.

    Errnos: EBADF, ESPIPE (a stream), EINVAL (whence, or before the start), EFAULT.
    """
    result = wasi.memory.span(newoffset, 8)
    if whence >= len(_WHENCE):
        return EINVAL
    if offset >= 1 << 63:
        offset -= 1 << 64
    U64.pack_into(result, 0, os.lseek(wasi.descriptors.seekable(fd).host, offset, _WHENCE[whence]))
    return 0


def fd_tell(wasi: Wasi, fd: int, offset: int) -> int:
    """Write the position.

    `offset`: address of a u64, set to the position in bytes from the start.

    Errnos: EBADF, ESPIPE (a stream), EFAULT.
    """
    result = wasi.memory.span(offset, 8)
    U64.pack_into(result, 0, os.lseek(wasi.descriptors.seekable(fd).host, 0, os.SEEK_CUR))
    return 0


def fd_close(wasi: Wasi, fd: int) -> int:
    """Close `fd`, whose number is free then. Errnos: EBADF, EIO, ENOSPC (late errors of writes)."""
    wasi.descriptors.close(fd)
    return 0


def fd_renumber(wasi: Wasi, fd: int, to: int) -> int:
    """Give what `fd` stands for the number `to`, which must be open and is closed first.

    Errnos: EBADF (either is not open).
    """
    wasi.descriptors.renumber(fd, to)
    return 0
