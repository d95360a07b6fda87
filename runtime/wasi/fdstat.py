"""fd_fdstat_*, fd_prestat_*: what a descriptor is and may do.

Nothing is enforced by rights (wasmtime dropped that too): the way a file was opened decides. They are reported,
since programs look at them, wasi-libc's isatty and opendir for two.
"""

from __future__ import annotations

import os

from mvvm.runtime.wasi import types
from mvvm.runtime.wasi.descriptors import Directory, File, Stdio
from mvvm.runtime.wasi.errno import EBADF, EINVAL, ENAMETOOLONG, ENOTDIR, ENOTSUP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.wasi import Wasi
    from mvvm.runtime.wasi.descriptors import Descriptor

_PREOPEN_RIGHTS = (
    types.PATH_CREATE_DIRECTORY
    | types.PATH_CREATE_FILE
    | types.PATH_LINK_SOURCE
    | types.PATH_LINK_TARGET
    | types.PATH_OPEN
    | types.FD_READDIR
    | types.PATH_READLINK
    | types.PATH_RENAME_SOURCE
    | types.PATH_RENAME_TARGET
    | types.PATH_SYMLINK
    | types.PATH_REMOVE_DIRECTORY
    | types.PATH_UNLINK_FILE
    | types.PATH_FILESTAT_GET
    | types.PATH_FILESTAT_SET_TIMES
    | types.FD_FILESTAT_GET
    | types.FD_FILESTAT_SET_TIMES
)
_PREOPEN_INHERITING = (
    _PREOPEN_RIGHTS
    | types.FD_DATASYNC
    | types.FD_READ
    | types.FD_SEEK
    | types.FD_FDSTAT_SET_FLAGS
    | types.FD_SYNC
    | types.FD_TELL
    | types.FD_WRITE
    | types.FD_ADVISE
    | types.FD_ALLOCATE
    | types.FD_FILESTAT_SET_SIZE
    | types.POLL_FD_READWRITE
)
_DIRECTORY_RIGHTS = types.ALL_RIGHTS & ~(
    types.FD_SEEK | types.FD_FILESTAT_SET_SIZE | types.PATH_FILESTAT_SET_SIZE | types.FD_WRITE
)
_SYNC_FLAGS = types.DSYNC | types.RSYNC | types.SYNC


def _rights(descriptor: Descriptor) -> tuple[int, int]:
    """fs_rights_base and fs_rights_inheriting."""
    if isinstance(descriptor, Stdio):
        base = types.FD_READ if descriptor.readable else types.FD_WRITE
        return base, base
    if isinstance(descriptor, Directory):
        if descriptor.is_preopen:
            return _PREOPEN_RIGHTS, _PREOPEN_INHERITING
        return _DIRECTORY_RIGHTS, _DIRECTORY_RIGHTS
    base = types.ALL_RIGHTS
    if not descriptor.readable:
        base &= ~(types.FD_READ | types.FD_READDIR)
    if not descriptor.writable:
        base &= ~types.FD_WRITE
    return base, base


def stdio_filetype(host: int) -> int:
    """The filetype of a stream: a character device where it is a terminal, unknown for all else.

    So /dev/null is no terminal for wasi-libc, which buffers what goes there.
    """
    return types.CHARACTER_DEVICE if os.isatty(host) else types.UNKNOWN


def fd_fdstat_get(wasi: Wasi, fd: int, stat: int) -> int:
    """Write what `fd` is.

    `stat`: address of 24 bytes:

        0             2            4          8                   16                        24
        |filetype u8|0|fdflags u16|0 0 0 0|rights_base u64|rights_inheriting u64|

    Errnos: EBADF, EFAULT.
    """
    result = wasi.memory.span(stat, types.FDSTAT.size)
    descriptor = wasi.descriptors.get(fd)
    if isinstance(descriptor, Stdio):
        kind = stdio_filetype(descriptor.host)
    else:
        kind = types.filetype(os.fstat(descriptor.host).st_mode)
    flags = descriptor.flags if isinstance(descriptor, File) else 0
    types.FDSTAT.pack_into(result, 0, kind, flags, *_rights(descriptor))
    return 0


def fd_fdstat_set_flags(wasi: Wasi, fd: int, flags: int) -> int:
    """Set the fdflags append (1) and nonblock (4) of a file.

    Errnos: EBADF (no file), EINVAL (unknown flags, or a change of dsync, rsync or sync).
    """
    import fcntl

    types.check_flags(flags, types.ALL_FDFLAGS)
    file = wasi.descriptors.file(fd)
    if (flags ^ file.flags) & _SYNC_FLAGS:
        return EINVAL
    status = fcntl.fcntl(file.host, fcntl.F_GETFL) & ~(os.O_APPEND | os.O_NONBLOCK)
    status |= os.O_APPEND if flags & types.APPEND else 0
    status |= os.O_NONBLOCK if flags & types.NONBLOCK else 0
    fcntl.fcntl(file.host, fcntl.F_SETFL, status)
    file.flags = flags
    return 0


def fd_fdstat_set_rights(wasi: Wasi, fd: int, base: int, inheriting: int) -> int:
    """Give up rights: not supported, as in wasmtime. Errnos: EBADF, EINVAL (unknown rights), ENOTSUP."""
    types.check_flags(base | inheriting, types.ALL_RIGHTS)
    wasi.descriptors.file_or_directory(fd)
    return ENOTSUP


def fd_prestat_get(wasi: Wasi, fd: int, prestat: int) -> int:
    """Write what the host granted as `fd`. Programs ask from 3 on until there is an error.

    `prestat`: address of 8 bytes:

        0         4               8
        |tag 0 u8|0 0 0|name length u32|

    Errnos: EBADF (not open, or not granted), EFAULT.
    """
    descriptor = wasi.descriptors.get(fd)
    if not isinstance(descriptor, Directory) or not descriptor.is_preopen:
        return EBADF
    name = descriptor.preopen.guest_path
    types.PRESTAT.pack_into(wasi.memory.span(prestat, types.PRESTAT.size), 0, 0, len(name))
    return 0


def fd_prestat_dir_name(wasi: Wasi, fd: int, path: int, path_len: int) -> int:
    """Write the guest's name of the folder that the host granted as `fd`.

    `path`: address of `path_len` bytes; the name is without a NUL.

    Errnos: EBADF (not open), ENOTDIR (not granted), ENAMETOOLONG (longer than path_len), EFAULT.
    """
    descriptor = wasi.descriptors.get(fd)
    if not isinstance(descriptor, Directory) or not descriptor.is_preopen:
        return ENOTDIR
    name = descriptor.preopen.guest_path
    if len(name) > path_len:
        return ENAMETOOLONG
    wasi.memory.span(path, len(name))[:] = name
    return 0
