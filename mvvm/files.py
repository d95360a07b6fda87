"""Files that are never half-written."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_UNFINISHED = ".tmp"


def write_atomically(path: str, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file under another name in the same folder, then rename it.

    Whatever happens, there is the whole new file or what was there before. What is no regular file (a device, a
    FIFO) is written to as it is. Raises OSError.
    """
    path = os.path.realpath(path)  # a symbolic link stays one
    if _is_special(path):
        with open(path, "wb") as file:
            file.writelines(parts)
        return

    def write(descriptor: int) -> None:
        with open(descriptor, "wb", closefd=False) as file:
            file.writelines(parts)

    _replace(path, write, 0o666, durable=False)


def replace_durably(path: str, write: Callable[[int], None], mode: int) -> None:
    """As write_atomically, and when it returns the file outlasts a loss of power, or what was there before does.

    `write` gets a descriptor to write to, and leaves the contents on their disk or not as it likes; the file has
    `mode`, less the umask. Raises OSError, also where there is something that is no regular file.
    """
    path = os.path.realpath(path)
    if _is_special(path):
        number = errno.EISDIR if os.path.isdir(path) else errno.EINVAL
        raise OSError(number, os.strerror(number) if number == errno.EISDIR else "it is not a regular file")
    _replace(path, write, mode, durable=True)


def remove_unfinished(path: str, pid: int) -> None:
    """Remove what a process left that was killed while it wrote a file at `path`. Raises OSError."""
    folder, name = os.path.split(os.path.realpath(path))
    for entry in os.listdir(folder):
        if entry.startswith(f"{name}.{pid}-") and entry.endswith(_UNFINISHED):
            os.unlink(os.path.join(folder, entry))


def _is_special(path: str) -> bool:
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return False


def _replace(path: str, write: Callable[[int], None], mode: int, *, durable: bool) -> None:
    temporary = f"{path}.{os.getpid()}-{os.urandom(4).hex()}{_UNFINISHED}"
    try:
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        try:
            write(descriptor)
            if durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError, NotADirectoryError):  # it may not even have been made
            os.unlink(temporary)
        raise
    if durable:
        _sync_folder(os.path.dirname(path))


def _sync_folder(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that does not know of it
            raise
    finally:
        os.close(descriptor)
