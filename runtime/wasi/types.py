"""Flags, rights and structures of WASI preview 1 (typenames.witx).

Structures are little-endian, with C's alignment. Padding is written as zeros.
"""

from __future__ import annotations

import os
import stat
from struct import Struct

from mvvm.runtime.wasi.errno import EINVAL, WasiError

# filetype
UNKNOWN, BLOCK_DEVICE, CHARACTER_DEVICE, DIRECTORY, REGULAR_FILE, SOCKET_DGRAM, SOCKET_STREAM, SYMBOLIC_LINK = (
    range(8)
)  # fmt: skip
_FILETYPES = {
    stat.S_IFBLK: BLOCK_DEVICE,
    stat.S_IFCHR: CHARACTER_DEVICE,
    stat.S_IFDIR: DIRECTORY,
    stat.S_IFREG: REGULAR_FILE,
    stat.S_IFSOCK: SOCKET_STREAM,
    stat.S_IFLNK: SYMBOLIC_LINK,
}  # a FIFO is UNKNOWN: preview 1 has no name for it

# fdflags
APPEND, DSYNC, NONBLOCK, RSYNC, SYNC = (1 << bit for bit in range(5))
ALL_FDFLAGS = (1 << 5) - 1

# oflags
CREAT, O_DIRECTORY, EXCL, TRUNC = (1 << bit for bit in range(4))
ALL_OFLAGS = (1 << 4) - 1

# lookupflags
SYMLINK_FOLLOW = 1
ALL_LOOKUPFLAGS = 1

# fstflags
ATIM, ATIM_NOW, MTIM, MTIM_NOW = (1 << bit for bit in range(4))
ALL_FSTFLAGS = (1 << 4) - 1

# rights
(
    FD_DATASYNC, FD_READ, FD_SEEK, FD_FDSTAT_SET_FLAGS, FD_SYNC, FD_TELL, FD_WRITE, FD_ADVISE, FD_ALLOCATE,
    PATH_CREATE_DIRECTORY, PATH_CREATE_FILE, PATH_LINK_SOURCE, PATH_LINK_TARGET, PATH_OPEN, FD_READDIR,
    PATH_READLINK, PATH_RENAME_SOURCE, PATH_RENAME_TARGET, PATH_FILESTAT_GET, PATH_FILESTAT_SET_SIZE,
    PATH_FILESTAT_SET_TIMES, FD_FILESTAT_GET, FD_FILESTAT_SET_SIZE, FD_FILESTAT_SET_TIMES, PATH_SYMLINK,
    PATH_REMOVE_DIRECTORY, PATH_UNLINK_FILE, POLL_FD_READWRITE, SOCK_SHUTDOWN, SOCK_ACCEPT,
) = (1 << bit for bit in range(30))  # fmt: skip
ALL_RIGHTS = (1 << 30) - 1

U32 = Struct("<I")
U64 = Struct("<Q")
IOVEC = Struct("<II")  # buf, buf_len
FDSTAT = Struct("<BxH4xQQ")  # fs_filetype, fs_flags, fs_rights_base, fs_rights_inheriting
FILESTAT = Struct("<QQB7xQQQQQ")  # dev, ino, filetype, nlink, size, atim, mtim, ctim
PRESTAT = Struct("<B3xI")  # tag (0: a folder), pr_name_len
DIRENT = Struct("<QQIB3x")  # d_next, d_ino, d_namlen, d_type


def check_flags(value: int, known: int) -> None:
    """Raise EINVAL where bits are set that the witx file does not name."""
    if value & ~known:
        raise WasiError(EINVAL)


def filetype(mode: int) -> int:
    """The filetype for a host's st_mode."""
    return _FILETYPES.get(stat.S_IFMT(mode), UNKNOWN)


def pack_filestat(status: os.stat_result) -> bytes:
    """A FILESTAT, 64 bytes. Times before 1970, which preview 1 cannot express, become 0."""
    return FILESTAT.pack(
        status.st_dev,
        status.st_ino,
        filetype(status.st_mode),
        status.st_nlink,
        status.st_size,
        max(status.st_atime_ns, 0),
        max(status.st_mtime_ns, 0),
        max(status.st_ctime_ns, 0),
    )
