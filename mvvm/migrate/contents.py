"""Stored contents of a memory, put into a memory."""

from __future__ import annotations

import mmap
import os
import zlib

from mvvm.errors import BadSnapshot
from mvvm.proto.codec import BLOCK_SIZE, STORED_PAGE, StoredMemory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.runtime.memory import Memory

# In bytes. Mapping costs a system call and two of the 65530 mappings that a process may have; reading so much of
# a cached file costs less than twice that.
_MAPPED_FROM = 256 << 10
_MAX_PIECES = 1024  # IOV_MAX of Linux


def map_or_read(fd: int, stored: StoredMemory, memory: Memory) -> None:
    """Map the larger extents of raw contents from the file, read the others. Raises BadSnapshot, OSError."""
    offset = read_from = stored.offset
    pending: list[memoryview] = []
    for first, count in stored.extents:
        address, size = first * STORED_PAGE, count * STORED_PAGE
        mapped = size & -mmap.PAGESIZE
        if size >= _MAPPED_FROM and not (address | offset) % mmap.PAGESIZE:
            _read_into(fd, pending, read_from)
            pending.clear()
            memory.map_extent(fd, offset, address, mapped)
            read_from = offset + mapped
            address, size = address + mapped, size - mapped
            offset += mapped
        if size:
            pending.append(memory.extent(address, size))
        offset += size
        if len(pending) == _MAX_PIECES:
            _read_into(fd, pending, read_from)
            pending.clear()
            read_from = offset
    _read_into(fd, pending, read_from)


def _read_into(fd: int, pieces: list[memoryview], offset: int) -> None:
    while pieces:
        size = os.preadv(fd, pieces, offset)
        if not size:
            raise BadSnapshot("damaged snapshot: it ends too early")
        offset += size
        while pieces and size >= len(pieces[0]):
            size -= len(pieces[0])
            pieces = pieces[1:]
        if size:
            pieces = [pieces[0][size:], *pieces[1:]]


def decompress(read: Callable[[int, int], bytes], stored: StoredMemory, memory: Memory) -> None:
    """Decompress contents; `read` reads from the file (offset, size). Raises BadSnapshot."""
    import zstandard

    decompressor = zstandard.ZstdDecompressor()
    offset = stored.offset
    left = stored.contents_size
    extents = iter(stored.extents)
    address = end = 0
    for size, crc in stored.blocks:
        frame = read(offset, size)
        offset += size
        contents_size = min(BLOCK_SIZE, left)
        left -= contents_size
        try:
            if zlib.crc32(frame) != crc or zstandard.frame_content_size(frame) != contents_size:
                raise BadSnapshot("damaged snapshot: the contents of a memory are not what was written")
            contents = memoryview(decompressor.decompress(frame))
        except zstandard.ZstdError:
            raise BadSnapshot("damaged snapshot: the contents of a memory cannot be decompressed") from None
        while contents:
            if address == end:
                first, count = next(extents)
                address, end = first * STORED_PAGE, (first + count) * STORED_PAGE
            part = contents[: end - address]
            memory.extent(address, len(part))[:] = part
            address += len(part)
            contents = contents[len(part) :]
