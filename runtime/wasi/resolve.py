"""Opening paths that never lead out of the folder they start in.

`..` above the folder, absolute paths and symbolic links to either are refused with EPERM, whoever renames what
meanwhile. Linux resolves paths so itself (openat2, 5.6); where it does not or must not, `walk` does. Magic
links (/proc/self/fd/1) are not followed.

What works on the last name of a path, and not on what it may link to, uses Parent.
"""

from __future__ import annotations

import ctypes
import errno
import os
from struct import Struct

from mvvm.runtime import libc
from mvvm.runtime.wasi.walk import escape, open_by_walking

_SYS_OPENAT2 = 437  # on every architecture
_OPEN_HOW = Struct("=QQQ")  # flags, mode, resolve
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_BENEATH = 0x08

_FOLDER = os.O_PATH | os.O_DIRECTORY

# Linux answers EAGAIN where a rename anywhere on the machine makes it unsure whether `..` stayed beneath.
_ATTEMPTS = 8

_syscall = ctypes.CFUNCTYPE(
    ctypes.c_long,
    ctypes.c_long,
    ctypes.c_int,
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.c_size_t,
    use_errno=True,
)(("syscall", libc.libc))


def openat2(folder: int, path: bytes, flags: int, mode: int) -> int:
    """Do open_beneath by the resolution of the kernel. Raises OSError, EXDEV where the path leads out."""
    how = _OPEN_HOW.pack(flags, mode if flags & os.O_CREAT else 0, _RESOLVE_BENEATH | _RESOLVE_NO_MAGICLINKS)
    fd: int = _syscall(_SYS_OPENAT2, folder, path, how, len(how))
    if fd < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return fd


def open_beneath(folder: int, path: bytes, flags: int, mode: int = 0) -> int:
    """Open `path`, which has no NUL, beneath the folder that the host descriptor `folder` is open on.

    `flags` and `mode` are open(2)'s; O_CLOEXEC is added. Returns a host descriptor. Raises OSError, EPERM
    where the path leads out.
    """
    flags |= os.O_CLOEXEC
    for _ in range(_ATTEMPTS):
        try:
            return openat2(folder, path, flags, mode)
        except OSError as error:
            if error.errno == errno.EXDEV:
                raise escape() from None
            # Some sandboxes answer EPERM to a call that they do not know.
            if error.errno in (errno.ENOSYS, errno.EPERM):
                break
            if error.errno not in (errno.EAGAIN, errno.EINTR):
                raise
    return open_by_walking(folder, path, flags, mode)


class Beneath:
    """A host descriptor of a path beneath a folder, for the time of a `with`."""

    __slots__ = ("_fd",)

    def __init__(self, folder: int, path: bytes, flags: int) -> None:
        self._fd = open_beneath(folder, path, flags)

    def __enter__(self) -> int:
        return self._fd

    def __exit__(self, *exception: object) -> None:
        os.close(self._fd)


class Parent:
    """The folder `fd` that holds the last name of a path, and that `name`, for the time of a `with`.

    For the *at calls that do not follow a link of that name. A trailing slash stays on the name: such a call
    then insists on a folder. Where the path ends in `..` or `.`, the name is `.` in the folder it leads to,
    which no call can remove or replace.
    """

    __slots__ = ("_opened", "fd", "name")

    def __init__(self, folder: int, path: bytes) -> None:
        bare = path.rstrip(b"/")
        start = bare.rfind(b"/") + 1
        self._opened = True
        if not bare or bare[start:] in (b".", b".."):
            self.name = b"."
            self.fd = open_beneath(folder, path, _FOLDER)
        elif start:
            self.name = path[start:]
            self.fd = open_beneath(folder, path[:start], _FOLDER)
        else:
            self.name = path
            self.fd = folder
            self._opened = False

    def __enter__(self) -> Parent:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._opened:
            os.close(self.fd)
