"""The libc calls that the runtime makes, with their constants (Linux, 64 bits)."""

from __future__ import annotations

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)

PROT_NONE, PROT_READ, PROT_WRITE, PROT_EXEC = 0, 1, 2, 4
MAP_PRIVATE, MAP_FIXED, MAP_ANONYMOUS, MAP_NORESERVE = 0x2, 0x10, 0x20, 0x4000
_MAP_FAILED = ctypes.c_void_p(-1).value

_mmap = libc.mmap
_mmap.restype = ctypes.c_void_p
_mmap.argtypes = (
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int64,
)
_mprotect = libc.mprotect
_mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
# munmap(2) itself, for finalizers: they may run when the globals of modules, which a wrapper needs, are gone.
munmap = libc.munmap
munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)


def _error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")


def mmap(address: int, size: int, protection: int, flags: int, fd: int = -1, offset: int = 0) -> int:
    """Call mmap(2). Returns the address; raises OSError."""
    result: int | None = _mmap(address, size, protection, flags, fd, offset)
    if result is None or result == _MAP_FAILED:
        raise _error("mmap")
    return result


def mprotect(address: int, size: int, protection: int) -> None:
    """Call mprotect(2). Raises OSError."""
    if _mprotect(address, size, protection):
        raise _error("mprotect")
