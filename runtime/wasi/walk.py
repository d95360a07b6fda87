"""Resolving a path one name at a time, where openat2 is not to be had.

Every step opens one name without following it, in a folder that is already open; links are read and their
targets put in place of their names. `..` goes back to the folder that was open before and is never given to
the kernel, so it does not matter who moves or replaces what during the walk: a step fails, or it leads to
something beneath the folder where the walk began.
"""

from __future__ import annotations

import errno
import os

_MAX_LINKS = 40  # as in the kernel
_STEP = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def escape() -> PermissionError:
    """The error for a path that leads out."""
    return PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def open_by_walking(folder: int, path: bytes, flags: int, mode: int) -> int:
    """What resolve.open_beneath does. A path of more folders than this process may open files gives EMFILE."""
    follow = not flags & os.O_NOFOLLOW and flags & (os.O_CREAT | os.O_EXCL) != os.O_CREAT | os.O_EXCL
    pending = _names(path)
    folders = [folder]
    links = 0
    try:
        while True:
            name = pending.pop()
            if name == b"..":
                _leave(folders)
                name = b"."
            target = _link_target(name, folders[-1]) if pending or follow else None
            if target is not None:
                links += 1
                if links > _MAX_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
                pending += _names(target)
            elif not pending:
                return os.open(name, flags | os.O_NOFOLLOW, mode, dir_fd=folders[-1])
            elif name != b".":
                folders.append(os.open(name, _STEP, dir_fd=folders[-1]))
    finally:
        for opened in folders[1:]:
            os.close(opened)


def _leave(folders: list[int]) -> None:
    if len(folders) == 1:
        raise escape()
    os.close(folders.pop())


def _names(path: bytes) -> list[bytes]:
    """The names in `path`, the last one first; a trailing slash counts as a `.`, which insists on a folder."""
    if not path:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    if path.startswith(b"/"):
        raise escape()
    names = [name for name in path.split(b"/") if name]
    if path.endswith(b"/"):
        names.append(b".")
    return names[::-1]


def _link_target(name: bytes, folder: int) -> bytes | None:
    try:
        return os.readlink(name, dir_fd=folder)
    except OSError:
        return None  # no link, or not there: opening it tells
