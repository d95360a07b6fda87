"""path_open: opening files and folders by name."""

from __future__ import annotations

import os
import stat

from mvvm.runtime.wasi import types
from mvvm.runtime.wasi.descriptors import Directory, File, can_wait
from mvvm.runtime.wasi.errno import EBADF, EINVAL, ELOOP, ENOTDIR, WasiError
from mvvm.runtime.wasi.path import read_path
from mvvm.runtime.wasi.resolve import Beneath, open_beneath
from mvvm.runtime.wasi.types import U32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.wasi import Wasi


def path_open(
    wasi: Wasi,
    fd: int,
    dirflags: int,
    path: int,
    path_len: int,
    oflags: int,
    fs_rights_base: int,
    fs_rights_inheriting: int,
    fdflags: int,
    opened_fd: int,
) -> int:
    """Open a file or folder, or make a file.

    `dirflags`: 1 follow a link. `oflags`: 1 creat, 2 directory, 4 excl, 8 trunc.
    `fs_rights_base`: fd_read (2) and fd_write (64) say how to open it; other rights are not kept.
    `fdflags`: 1 append, 2 dsync, 4 nonblock, 8 rsync, 16 sync.
    `opened_fd`: address of a u32, set to the new descriptor: the lowest that is free.

    Opening never waits. A FIFO that nobody writes to is at its end until somebody does, and one that nobody
    reads cannot be opened for writing (ENXIO): a program that hung in open could not be stopped.

    Errnos: those of mvvm.runtime.wasi.path, and EEXIST, EINVAL (directory with creat, excl or trunc), EISDIR
    (a folder for writing), EMFILE, ENFILE, ENOSPC, ENOTDIR (fd is a file), ENXIO, ETXTBSY.
    """
    result = wasi.memory.span(opened_fd, 4)
    name = read_path(wasi.memory, path, path_len)
    types.check_flags(dirflags, types.ALL_LOOKUPFLAGS)
    types.check_flags(fs_rights_base | fs_rights_inheriting, types.ALL_RIGHTS)
    directory = _directory(wasi, fd)
    flags = open_flags(dirflags, oflags, fs_rights_base, fdflags)
    host = _open(directory.host, name, flags)
    below = directory.path + b"/" + name if directory.path else name
    mode = os.fstat(host).st_mode
    if stat.S_ISDIR(mode):
        opened: File | Directory = Directory(host, directory.preopen, below)
    else:
        waits = can_wait(mode)
        if waits and not fdflags & types.NONBLOCK:
            os.set_blocking(host, True)
        access = flags & os.O_ACCMODE
        readable, writable = access != os.O_WRONLY, access != os.O_RDONLY
        opened = File(host, directory.preopen, below, fdflags, readable=readable, writable=writable, waits=waits)
    U32.pack_into(result, 0, wasi.descriptors.add(opened))
    return 0


def _open(folder: int, path: bytes, flags: int) -> int:
    try:
        return open_beneath(folder, path, flags, 0o666)
    except NotADirectoryError:
        # Linux says so too of a link that is not followed where a folder is asked for; WASI programs expect ELOOP.
        if flags & os.O_NOFOLLOW and flags & os.O_DIRECTORY:
            with Beneath(folder, path, os.O_PATH | os.O_NOFOLLOW) as host:
                if stat.S_ISLNK(os.fstat(host).st_mode):
                    raise WasiError(ELOOP) from None
        raise


def _directory(wasi: Wasi, fd: int) -> Directory:
    descriptor = wasi.descriptors.get(fd)
    if not isinstance(descriptor, Directory):
        raise WasiError(ENOTDIR if isinstance(descriptor, File) else EBADF)
    return descriptor


def open_flags(dirflags: int, oflags: int, rights: int, fdflags: int) -> int:
    """open(2)'s flags for path_open's. Raises EINVAL for a combination that wasmtime refuses."""
    types.check_flags(oflags, types.ALL_OFLAGS)
    types.check_flags(fdflags, types.ALL_FDFLAGS)
    if oflags & types.O_DIRECTORY and oflags & (types.CREAT | types.EXCL | types.TRUNC):
        raise WasiError(EINVAL)
    # What creates or empties a file writes to it; what is not opened for writing can be read.
    writable = rights & types.FD_WRITE or oflags & (types.CREAT | types.TRUNC)
    readable = rights & types.FD_READ or not rights & types.FD_WRITE
    flags = (os.O_RDWR if readable else os.O_WRONLY) if writable else os.O_RDONLY
    flags |= os.O_NONBLOCK | os.O_NOCTTY
    for given, bit, host in (
        (oflags, types.CREAT, os.O_CREAT),
        (oflags, types.O_DIRECTORY, os.O_DIRECTORY),
        (oflags, types.EXCL, os.O_EXCL),
        (oflags, types.TRUNC, os.O_TRUNC),
        (fdflags, types.APPEND, os.O_APPEND),
        (fdflags, types.DSYNC, os.O_DSYNC),
        (fdflags, types.RSYNC | types.SYNC, os.O_SYNC),
    ):
        if given & bit:
            flags |= host
    return flags if dirflags & types.SYMLINK_FOLLOW else flags | os.O_NOFOLLOW
