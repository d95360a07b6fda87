"""path_*: files and folders by name.

A path is UTF-8 without a NUL, relative to a folder that is open (see resolve). All functions give these errnos:

    EBADF           the descriptor is not a folder
    EFAULT          an address is not in memory
    EILSEQ          a path is not UTF-8
    EINVAL          a path has a NUL; unknown flags
    EPERM           a path leads out of the folder
    ENAMETOOLONG    a path is longer than 4095 bytes, or a name in it than the file system allows
    ENOENT          a path is empty; something of it is not there
    ENOTDIR, EACCES, ELOOP, EIO, EROFS, ENOMEM as the host says

and those in their descriptions.
"""

from __future__ import annotations

import os

from mvvm.runtime.wasi import types
from mvvm.runtime.wasi.errno import EILSEQ, EINVAL, ENAMETOOLONG, EPERM, WasiError
from mvvm.runtime.wasi.resolve import Beneath, Parent
from mvvm.runtime.wasi.times import set_times, timespecs
from mvvm.runtime.wasi.types import U32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.memory import Memory
    from mvvm.runtime.wasi import Wasi

_PATH_MAX = 4096  # of Linux, with the NUL


def read_path(memory: Memory, path: int, path_len: int) -> bytes:
    """The path of `path_len` bytes at `path`. Raises EFAULT, ENAMETOOLONG, EILSEQ, EINVAL."""
    span = memory.span(path, path_len)
    if path_len >= _PATH_MAX:
        raise WasiError(ENAMETOOLONG)
    text = bytes(span)
    try:
        text.decode()
    except UnicodeDecodeError:
        raise WasiError(EILSEQ) from None
    if 0 in text:
        raise WasiError(EINVAL)
    return text


def _lookup(wasi: Wasi, fd: int, flags: int, path: int, path_len: int) -> Beneath:
    """What a path names, opened with O_PATH: the link itself unless `flags` (lookupflags) follow it."""
    types.check_flags(flags, types.ALL_LOOKUPFLAGS)
    directory = wasi.descriptors.directory(fd)
    follow = 0 if flags & types.SYMLINK_FOLLOW else os.O_NOFOLLOW
    return Beneath(directory.host, read_path(wasi.memory, path, path_len), os.O_PATH | follow)


def _parent(wasi: Wasi, fd: int, path: int, path_len: int) -> Parent:
    directory = wasi.descriptors.directory(fd)
    return Parent(directory.host, read_path(wasi.memory, path, path_len))


def path_create_directory(wasi: Wasi, fd: int, path: int, path_len: int) -> int:
    """Make a folder. Errnos: EEXIST, EMLINK, ENOSPC."""
    with _parent(wasi, fd, path, path_len) as parent:
        os.mkdir(parent.name, dir_fd=parent.fd)
    return 0


def path_filestat_get(wasi: Wasi, fd: int, flags: int, path: int, path_len: int, buf: int) -> int:
    """Write the attributes of a file or folder.

    `flags`: 1 follow a link. `buf`: address of 64 bytes, as in fd_filestat_get.
    """
    result = wasi.memory.span(buf, types.FILESTAT.size)
    with _lookup(wasi, fd, flags, path, path_len) as host:
        result[:] = types.pack_filestat(os.fstat(host))
    return 0


def path_filestat_set_times(
    wasi: Wasi, fd: int, flags: int, path: int, path_len: int, atim: int, mtim: int, fst_flags: int
) -> int:
    """Set the times of a file or folder.

    `flags`: 1 follow a link. `atim`, `mtim`, `fst_flags`: as in fd_filestat_set_times.
    """
    times = timespecs(atim, mtim, fst_flags)
    with _lookup(wasi, fd, flags, path, path_len) as host:
        set_times(host, times)
    return 0


def path_link(
    wasi: Wasi,
    old_fd: int,
    old_flags: int,
    old_path: int,
    old_path_len: int,
    new_fd: int,
    new_path: int,
    new_path_len: int,
) -> int:
    """Give a file a second name. Links are not followed.

    `old_flags`: 0; following (1) is EINVAL, as in wasmtime.

    Errnos: EEXIST, EINVAL, EMLINK, ENOSPC, EPERM (a folder), EXDEV (another file system).
    """
    if old_flags:
        return EINVAL
    with (
        _parent(wasi, old_fd, old_path, old_path_len) as old,
        _parent(wasi, new_fd, new_path, new_path_len) as new,
    ):
        if old.name.endswith(b"/"):
            # The kernel would follow a link of that name. It must name a folder, and those have one name.
            with Beneath(old.fd, old.name, os.O_PATH):
                return EPERM
        os.link(old.name, new.name, src_dir_fd=old.fd, dst_dir_fd=new.fd, follow_symlinks=False)
    return 0


def path_readlink(wasi: Wasi, fd: int, path: int, path_len: int, buf: int, buf_len: int, bufused: int) -> int:
    """Write the target of a symbolic link, cut off where the buffer ends.

    `buf`: address of `buf_len` bytes, without a NUL. `bufused`: address of a u32, set to the bytes written.

    Errnos: EINVAL (no link), EILSEQ (the target is not UTF-8), EPERM (it is absolute: a path of the host).
    """
    memory = wasi.memory
    buffer, result = memory.span(buf, buf_len), memory.span(bufused, 4)
    with _lookup(wasi, fd, 0, path, path_len) as host:
        target = _read_link(host)
    target = target[:buf_len]
    buffer[: len(target)] = target
    U32.pack_into(result, 0, len(target))
    return 0


def _read_link(host: int) -> bytes:
    try:
        # An empty path is the link that O_PATH has opened; ENOENT says that it is none.
        target = os.readlink(b"", dir_fd=host)
    except FileNotFoundError:
        raise WasiError(EINVAL) from None
    if target.startswith(b"/"):
        raise WasiError(EPERM)
    try:
        target.decode()
    except UnicodeDecodeError:
        raise WasiError(EILSEQ) from None
    return target


def path_remove_directory(wasi: Wasi, fd: int, path: int, path_len: int) -> int:
    """Remove an empty folder. Errnos: ENOTEMPTY, EBUSY, EINVAL (`.`)."""
    with _parent(wasi, fd, path, path_len) as parent:
        os.rmdir(parent.name, dir_fd=parent.fd)
    return 0


def path_rename(
    wasi: Wasi, fd: int, old_path: int, old_path_len: int, new_fd: int, new_path: int, new_path_len: int
) -> int:
    """Rename a file or folder, and replace what has the new name. Links are not followed.

    Errnos: EBUSY, EEXIST, EINVAL (a folder into itself), EISDIR, ENOSPC, ENOTEMPTY, EXDEV.
    """
    with (
        _parent(wasi, fd, old_path, old_path_len) as old,
        _parent(wasi, new_fd, new_path, new_path_len) as new,
    ):
        os.rename(old.name, new.name, src_dir_fd=old.fd, dst_dir_fd=new.fd)
    return 0


def path_symlink(wasi: Wasi, old_path: int, old_path_len: int, fd: int, new_path: int, new_path_len: int) -> int:
    """Make a symbolic link with the target `old_path`, which need not be there.

    Errnos: EEXIST, ENOSPC, EPERM (the target is absolute).
    """
    target = read_path(wasi.memory, old_path, old_path_len)
    with _parent(wasi, fd, new_path, new_path_len) as parent:
        if target.startswith(b"/"):
            return EPERM
        os.symlink(target, parent.name, dir_fd=parent.fd)
    return 0


def path_unlink_file(wasi: Wasi, fd: int, path: int, path_len: int) -> int:
    """Remove a file or a link. Errnos: EISDIR (a folder), EBUSY."""
    with _parent(wasi, fd, path, path_len) as parent:
        os.unlink(parent.name, dir_fd=parent.fd)
    return 0
