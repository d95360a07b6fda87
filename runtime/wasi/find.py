"""Where an open file or folder is now: below which preopened folder, by which path.

What a descriptor was opened by is tried first. If it leads to something else, because the file was renamed or its
folder was, the kernel's own name for the descriptor (/proc/self/fd) is taken, where it lies in one of the folders that
the guest was given. Either path counts only if it leads to the same file: device and inode.
"""

from __future__ import annotations

import os

from mvvm.errors import CheckpointFailed
from mvvm.runtime.wasi.descriptors import Directory, Stdio
from mvvm.runtime.wasi.resolve import Beneath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvvm.runtime.wasi.descriptors import Descriptor, File, Preopen


class Folders:
    """The preopened folders of a guest, open. Close it in the end."""

    __slots__ = ("_closed", "_given", "_opened")

    def __init__(self, descriptors: Sequence[Descriptor | None]) -> None:
        self._given: dict[Preopen, int] = {}  # host descriptor
        self._opened: list[int] = []  # of those, the ones to close
        self._closed: dict[bytes, str] = {}
        used = [item for item in descriptors if item is not None and not isinstance(item, Stdio)]
        for item in used:
            if isinstance(item, Directory) and item.is_preopen:
                self._given[item.preopen] = item.host
        for item in used:
            if item.preopen not in self._given:
                self._open(item.preopen)

    def _open(self, preopen: Preopen) -> None:
        """Open a folder that the guest closed. One that is gone contains nothing to find."""
        try:
            host = os.open(preopen.host_path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return
        self._opened.append(host)
        self._given[preopen] = host

    def close(self) -> None:
        """Close what was opened."""
        for host in self._opened:
            os.close(host)

    def closed(self) -> dict[bytes, str]:
        """The host paths, by the guest's names, of the folders that the guest closed and something was found in."""
        return self._closed

    def host_path(self, preopen: Preopen, host: int) -> str:
        """The absolute host path of a preopened folder, open as `host`: as it was given, if that still leads there."""
        try:
            path = os.path.abspath(preopen.host_path)
            if _identity(os.stat(path)) == _identity(os.fstat(host)):
                return path
        except OSError:
            pass
        return os.fsdecode(_kernel_path(host))

    def find(self, item: File | Directory) -> tuple[bytes, bytes] | None:
        """The guest's name of the preopened folder that `item` is in, and its path there; None where it is in none.

        Raises OSError, and CheckpointFailed where the guest's name stands for several folders.
        """
        identity = _identity(os.fstat(item.host))
        own = self._given.get(item.preopen)
        if own is not None and _leads_to(own, item.path, identity):
            return self._named(item.preopen, item.path)
        target = _kernel_path(item.host)
        for preopen, folder in self._given.items():
            path = _below(_kernel_path(folder), target)
            if path and _leads_to(folder, path, identity):
                return self._named(preopen, path)
        return None

    def _named(self, preopen: Preopen, path: bytes) -> tuple[bytes, bytes]:
        name, folder = preopen.guest_path, self._given[preopen]
        identity = _identity(os.fstat(folder))
        for other, host in self._given.items():
            if other.guest_path == name and _identity(os.fstat(host)) != identity:
                raise CheckpointFailed(f"the program was given several folders as {os.fsdecode(name)!r}")
        if folder in self._opened:
            self._closed[name] = self.host_path(preopen, folder)
        return name, path


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _leads_to(folder: int, path: bytes, identity: tuple[int, int]) -> bool:
    try:
        with Beneath(folder, path, os.O_PATH) as host:
            return _identity(os.fstat(host)) == identity
    except OSError:
        return False


def _kernel_path(host: int) -> bytes:
    return os.readlink(b"/proc/self/fd/%d" % host)


def _below(folder: bytes, target: bytes) -> bytes:
    """The path of `target` in `folder`, both absolute; empty where it is not there."""
    if target == folder:
        return b"."
    folder = folder.rstrip(b"/") + b"/"
    return target[len(folder) :] if target.startswith(folder) else b""
