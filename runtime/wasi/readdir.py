"""fd_readdir: the entries of a folder."""

from __future__ import annotations

import os

from mvvm.runtime.wasi import types
from mvvm.runtime.wasi.errno import EILSEQ, WasiError
from mvvm.runtime.wasi.types import DIRENT, U32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.wasi import Wasi


def fd_readdir(wasi: Wasi, fd: int, buf: int, buf_len: int, cookie: int, bufused: int) -> int:
    """Write entries, from the one numbered `cookie` on, until the buffer is full.

    `buf`: address of `buf_len` bytes:

        0          8         16           20         21    24
        |d_next u64|d_ino u64|d_namlen u32|d_type u8|0 0 0|name, no NUL| ...

    The last entry is cut off where the buffer ends. `bufused`: address of a u32, set to the bytes written;
    less than buf_len only at the end of the folder. An entry's d_next is the cookie of the one after it.

    A listing is taken with cookie 0 and kept for the calls that follow, in the order of names: so neither
    changes in between nor a stop on another machine makes a program miss or repeat what was there throughout.

    Errnos: EBADF (no folder), EILSEQ (a name in it is not UTF-8), EFAULT.
    """
    memory = wasi.memory
    buffer, result = memory.span(buf, buf_len), memory.span(bufused, 4)
    directory = wasi.descriptors.directory(fd)
    if cookie == 0 or directory.entries is None:
        directory.entries = _entries(directory.host)
    used = 0
    for index in range(cookie, len(directory.entries)):
        name, inode, kind = directory.entries[index]
        entry = DIRENT.pack(index + 1, inode, len(name), kind) + name
        part = entry[: buf_len - used]
        buffer[used : used + len(part)] = part
        used += len(part)
        if used == buf_len:
            break
    U32.pack_into(result, 0, used)
    return 0


def _entries(host: int) -> list[tuple[bytes, int, int]]:
    """Name, inode and filetype of a folder's entries. `..` shows the folder itself, not what is above it."""
    own = os.fstat(host).st_ino
    entries = [(b".", own, types.DIRECTORY), (b"..", own, types.DIRECTORY)]
    with os.scandir(host) as listing:
        found = [(_name(entry), entry.inode(), _filetype(entry)) for entry in listing]
    found.sort()
    return entries + found


def _name(entry: os.DirEntry[str]) -> bytes:
    name = os.fsencode(entry.name)
    try:
        name.decode()
    except UnicodeDecodeError:
        raise WasiError(EILSEQ) from None
    return name


def _filetype(entry: os.DirEntry[str]) -> int:
    # The listing itself knows these three; for others it takes a system call each.
    if entry.is_file(follow_symlinks=False):
        return types.REGULAR_FILE
    if entry.is_dir(follow_symlinks=False):
        return types.DIRECTORY
    if entry.is_symlink():
        return types.SYMBOLIC_LINK
    try:
        return types.filetype(entry.stat(follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return types.UNKNOWN
