"""Error numbers of WASI preview 1 (`$errno` in typenames.witx), and how host errors become them."""

from __future__ import annotations

import errno as host

from mvvm.runtime.memory import OutOfBounds

SUCCESS = 0

# In the order of the witx file, which numbers them from 1.
(
    E2BIG, EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EAGAIN, EALREADY, EBADF, EBADMSG, EBUSY, ECANCELED,
    ECHILD, ECONNABORTED, ECONNREFUSED, ECONNRESET, EDEADLK, EDESTADDRREQ, EDOM, EDQUOT, EEXIST, EFAULT, EFBIG,
    EHOSTUNREACH, EIDRM, EILSEQ, EINPROGRESS, EINTR, EINVAL, EIO, EISCONN, EISDIR, ELOOP, EMFILE, EMLINK,
    EMSGSIZE, EMULTIHOP, ENAMETOOLONG, ENETDOWN, ENETRESET, ENETUNREACH, ENFILE, ENOBUFS, ENODEV, ENOENT,
    ENOEXEC, ENOLCK, ENOLINK, ENOMEM, ENOMSG, ENOPROTOOPT, ENOSPC, ENOSYS, ENOTCONN, ENOTDIR, ENOTEMPTY,
    ENOTRECOVERABLE, ENOTSOCK, ENOTSUP, ENOTTY, ENXIO, EOVERFLOW, EOWNERDEAD, EPERM, EPIPE, EPROTO,
    EPROTONOSUPPORT, EPROTOTYPE, ERANGE, EROFS, ESPIPE, ESRCH, ESTALE, ETIMEDOUT, ETXTBSY, EXDEV, ENOTCAPABLE,
) = range(1, 77)  # fmt: skip

# The host's table of names knows one name a number, and not always the one of the witx file.
_ALIASES = {"EDEADLOCK": "EDEADLK", "EOPNOTSUPP": "ENOTSUP"}


class WasiError(Exception):
    """A call fails with `errno`, a number of this module."""

    def __init__(self, errno: int) -> None:
        super().__init__(errno)
        self.errno = errno


# What a guest can cause. Any other exception is our own bug and is not hidden behind a number. OverflowError
# is how `os` refuses an offset or size beyond 63 bits.
GUEST_ERRORS = (WasiError, OutOfBounds, OSError, OverflowError, MemoryError)


def from_host(number: int | None) -> int:
    """The errno for one of the host; EIO where WASI has none."""
    name = host.errorcode.get(number or 0, "")
    errno: int = globals().get(_ALIASES.get(name, name), EIO)
    return errno


def from_exception(error: Exception) -> int:
    """The errno for one of GUEST_ERRORS."""
    if isinstance(error, WasiError):
        return error.errno
    if isinstance(error, OSError):
        return from_host(error.errno)
    if isinstance(error, OutOfBounds):
        return EFAULT
    return ENOMEM if isinstance(error, MemoryError) else EINVAL
