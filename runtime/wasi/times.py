"""Setting a file's times, with the parts of utimensat that `os.utime` does not reach."""

from __future__ import annotations

import ctypes
import os
from struct import Struct

from mvvm.runtime import libc
from mvvm.runtime.wasi import types
from mvvm.runtime.wasi.errno import EINVAL, WasiError

_AT_EMPTY_PATH = 0x1000
_UTIME_NOW = (1 << 30) - 1
_UTIME_OMIT = (1 << 30) - 2
_TIMESPECS = Struct("=qqqq")  # seconds and nanoseconds of the access time, then of the modification time

_utimensat = libc.libc.utimensat
_utimensat.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int)


def _timespec(time: int, set_it: int, now: int) -> tuple[int, int]:
    if set_it and now:
        raise WasiError(EINVAL)
    if set_it:
        return divmod(time, 1_000_000_000)
    return 0, _UTIME_NOW if now else _UTIME_OMIT


def timespecs(atim: int, mtim: int, fst_flags: int) -> bytes:
    """The argument of utimensat for times in nanoseconds since 1970 that are used where `fst_flags` say so.

    Raises EINVAL for unknown flags, and where a time shall be both set and now.
    """
    types.check_flags(fst_flags, types.ALL_FSTFLAGS)
    return _TIMESPECS.pack(
        *_timespec(atim, fst_flags & types.ATIM, fst_flags & types.ATIM_NOW),
        *_timespec(mtim, fst_flags & types.MTIM, fst_flags & types.MTIM_NOW),
    )


def set_times(host: int, times: bytes) -> None:
    """Set the `times` of what `host` is open on, also with O_PATH (Linux 5.8). Raises OSError."""
    if _utimensat(host, b"", times, _AT_EMPTY_PATH):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
