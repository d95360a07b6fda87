"""Which pages of a memory are worth storing: those that are not all zero.

Pages that were never touched are not read: the kernel's page map tells which ones they are. Everything here is done
for all pages at once, or for runs of them: a memory may have a million.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from mvvm.proto.codec import STORED_PAGE
from mvvm.runtime.libc import libc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvvm.runtime.memory import Memory

_WORD = 8
_ENTRY = 8  # bytes, of /proc/self/pagemap (Documentation/admin-guide/mm/pagemap.rst)
# The top byte of an entry (bit 7: present, bit 6: swapped out, bit 0: mapped once), and the next one, which has a page
# frame number's highest bits, all zero, below bit 7.
_TOP_BYTE, _NEXT_BYTE = (7, 6) if sys.byteorder == "little" else (0, 1)
_IS_TOUCHED = bytes(byte >> 6 != 0 for byte in range(256))
_IS_ZERO = bytes(byte == 0 for byte in range(256))
_PROBED = 8  # pages
_MAP_PART = 4 << 30  # bytes of memory whose entries are read at once
# Pages that are looked at together: most of those that begin with zeros are zero, and so are their neighbours.
_GROUP = 16
_ZEROS = ctypes.create_string_buffer(_GROUP * STORED_PAGE)

_memcmp = libc.memcmp
_memcmp.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)


def nonzero_extents(memory: Memory) -> list[tuple[int, int]]:
    """The maximal runs of pages that are not all zero: (number of the first page, number of pages), ascending.

    Pages are of STORED_PAGE bytes.
    """
    wanted = bytearray(memory.allocated // STORED_PAGE)
    for start, end in runs(_touched(memory)):
        _mark_nonzero(memory, start, end, wanted)
    return [(start, end - start) for start, end in runs(wanted)]


def runs(flags: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """The runs (start, end) of bytes that are 1 where the others are 0."""
    start = flags.find(1)
    while start >= 0:
        end = flags.find(0, start)
        if end < 0:
            end = len(flags)
        yield start, end
        start = flags.find(1, end)


def _touched(memory: Memory) -> bytearray:
    """A byte a page: 1 where it may hold something else than zeros."""
    pages = memory.allocated // STORED_PAGE
    touched = _page_map(memory.base, memory.allocated) if _page_map_is_true() else None
    if touched is None:
        return bytearray(b"\1") * pages
    per_page = mmap.PAGESIZE // STORED_PAGE
    if per_page > 1:
        larger, touched = touched, bytearray(pages)
        for part in range(per_page):
            touched[part::per_page] = larger
    # What is mapped from a file is there before it is touched.
    for address, size in memory.mapped:
        start, end = address // STORED_PAGE, (address + size) // STORED_PAGE
        touched[start:end] = b"\1" * (end - start)
    return touched


def _page_map(address: int, size: int) -> bytearray | None:
    """A byte for each of the machine's pages: 1 where it was touched. None where the kernel does not tell."""
    touched = bytearray()
    for start in range(address, address + size, _MAP_PART):  # the entries take eight times the space of the answer
        entries = _page_map_entries(start, min(_MAP_PART, address + size - start))
        if entries is None:
            return None
        touched += entries[_TOP_BYTE::_ENTRY].translate(_IS_TOUCHED)
    return touched


def _page_map_entries(address: int, size: int) -> bytearray | None:
    wanted = size // mmap.PAGESIZE * _ENTRY
    entries = bytearray()
    try:
        file = os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        while len(entries) < wanted:
            part = os.pread(file, wanted - len(entries), address // mmap.PAGESIZE * _ENTRY + len(entries))
            if not part:
                return None
            entries += part
    except OSError:
        return None
    finally:
        os.close(file)
    return entries


def _page_map_is_true() -> bool:
    """Whether the page map knows of pages that were touched between others that were not.

    An emulator's guest may see the page map of the emulator, in which its memory is elsewhere, or whose entries have
    the other byte order. So entries must be what they can be only where they are what they seem.
    """
    size = 2 * _PROBED * mmap.PAGESIZE
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as probe:
        with suppress(OSError):  # a kernel without huge pages
            probe.madvise(mmap.MADV_NOHUGEPAGE)
        for page in range(1, 2 * _PROBED, 2):
            probe[page * mmap.PAGESIZE] = 1
        address = ctypes.addressof(ctypes.c_char.from_buffer(probe))
        entries = _page_map_entries(address, size)
        if entries is None:
            return False
        top, following = entries[_TOP_BYTE::_ENTRY], entries[_NEXT_BYTE::_ENTRY]
        return not any(top[::2]) and set(top[1::2]) <= {0x80, 0x81} and not any(byte & 0x7F for byte in following)


def _mark_nonzero(memory: Memory, start: int, end: int, wanted: bytearray) -> None:
    """Set the bytes of pages from `start` to `end` that are not all zero."""
    flags = _begins_with_zero(memory, start, end)
    wanted[start:end] = flags.translate(_IS_ZERO)
    for first, last in runs(flags):
        for group in range(start + first, start + last, _GROUP):
            count = min(_GROUP, start + last - group)
            if not _is_zero(memory, group, count):
                for page in range(group, group + count):
                    wanted[page] = not _is_zero(memory, page, 1)


def _begins_with_zero(memory: Memory, start: int, end: int) -> bytes:
    """A byte a page: 1 where its first word is zero."""
    words = memory.view[start * STORED_PAGE : end * STORED_PAGE].cast("Q")[:: STORED_PAGE // _WORD].tobytes()
    # The eight bytes of all words at once, as eight long integers.
    any_bit = 0
    for byte in range(_WORD):
        any_bit |= int.from_bytes(words[byte::_WORD], "little")
    return any_bit.to_bytes(end - start, "little").translate(_IS_ZERO)


def _is_zero(memory: Memory, page: int, count: int) -> bool:
    difference: int = _memcmp(memory.base + page * STORED_PAGE, _ZEROS, count * STORED_PAGE)
    return difference == 0
