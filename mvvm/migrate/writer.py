"""A snapshot file, written: memories, then the index, which has their checksums, then the header."""

from __future__ import annotations

import ctypes
import errno
import os
import threading
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mvvm.migrate.header import HEADER_SIZE, Header
from mvvm.migrate.pages import nonzero_extents
from mvvm.proto.codec import BLOCK_SIZE, RAW, STORED_PAGE, ZSTD, StoredMemory, encode
from mvvm.runtime.libc import libc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import ThreadPoolExecutor

    from mvvm.abi.view import View
    from mvvm.runtime.memory import Memory

Pieces = list[memoryview]

_WRITTEN_OUT = 32 << 20  # bytes, after which the disk is to begin with them
_SYNC_FILE_RANGE_WRITE = 2

_sync_file_range = libc.sync_file_range
_sync_file_range.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)


def write(
    fd: int,
    view: View,
    memories: Sequence[Memory],
    zstd_level: int | None,
    names: Mapping[int, str],
    module_name: str,
    *,
    durable: bool,
) -> None:
    """Write a snapshot from offset 0 on; if `durable`, the disk has begun to write it. Raises OSError."""
    kind = RAW if zstd_level is None else ZSTD
    stored = [
        StoredMemory(memory.pages, memory.limits.page_size, kind, 0, nonzero_extents(memory), []) for memory in memories
    ]
    at = HEADER_SIZE
    for memory, target in zip(memories, stored, strict=True):
        if not target.extents:
            continue
        if zstd_level is None:
            at = target.offset = -(-at // STORED_PAGE) * STORED_PAGE
            at = _write_raw(fd, memory, target, at, durable=durable)
        else:
            target.offset = at
            at = _write_compressed(fd, memory, target, at, zstd_level)
    index = encode(view, stored, names, module_name)
    end = _write_all(fd, [memoryview(index)], at)
    _write_all(fd, [memoryview(Header(zlib.crc32(index), at, len(index)).pack())], 0)
    os.ftruncate(fd, end)


def _write_raw(fd: int, memory: Memory, target: StoredMemory, offset: int, *, durable: bool) -> int:
    """Write blocks as they are, while another thread makes their checksums. Returns the offset after them."""
    stopped = False

    def checksum() -> None:
        for pieces in blocks(memory, target.extents):
            if stopped:
                return
            crc = 0
            for piece in pieces:
                crc = zlib.crc32(piece, crc)
            target.blocks.append((sum(map(len, pieces)), crc))

    thread = threading.Thread(target=checksum, daemon=True)
    with _starting_threads():
        thread.start()
    try:
        started = offset
        for pieces in blocks(memory, target.extents):
            offset = _write_all(fd, pieces, offset)
            if durable and offset - started >= _WRITTEN_OUT:
                # So that the disk has something to do. What goes wrong there is told by fsync.
                _sync_file_range(fd, started, offset - started, _SYNC_FILE_RANGE_WRITE)
                started = offset
    except BaseException:
        stopped = True
        raise
    finally:
        thread.join()
    return offset


def blocks(memory: Memory, extents: Sequence[tuple[int, int]]) -> Iterator[Pieces]:
    """The contents of all extents, one after the other, cut into blocks; each is in pieces of the memory itself."""
    pieces: Pieces = []
    room = BLOCK_SIZE
    for first, count in extents:
        at, end = first * STORED_PAGE, (first + count) * STORED_PAGE
        while at < end:
            size = min(room, end - at)
            pieces.append(memory.view[at : at + size])
            at += size
            room -= size
            if not room:
                yield pieces
                pieces, room = [], BLOCK_SIZE
    if pieces:
        yield pieces


def _write_all(fd: int, pieces: Pieces, offset: int) -> int:
    """Write pieces one after the other. Returns the offset after them."""
    while pieces:
        written = os.pwritev(fd, pieces, offset)
        offset += written
        while pieces and written >= len(pieces[0]):
            written -= len(pieces[0])
            pieces = pieces[1:]
        if written:
            pieces = [pieces[0][written:], *pieces[1:]]
    return offset


def _write_compressed(fd: int, memory: Memory, target: StoredMemory, offset: int, level: int) -> int:
    """Compress blocks, as many at a time as there are processors, and write them. Returns the offset after them."""
    from concurrent.futures import ThreadPoolExecutor

    compress = _compressor(level)
    workers = len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(workers) as pool:
        batch: list[Pieces] = []
        for pieces in blocks(memory, target.extents):
            batch.append(pieces)
            if len(batch) == 2 * workers:
                offset = _write_frames(fd, _map(pool, compress, batch), target, offset)
                batch = []
        return _write_frames(fd, _map(pool, compress, batch), target, offset)


def _map(pool: ThreadPoolExecutor, compress: Callable[[Pieces], bytes], batch: list[Pieces]) -> Iterator[bytes]:
    with _starting_threads():
        return pool.map(compress, batch)


@contextmanager
def _starting_threads() -> Iterator[None]:
    """A context in which it is an OSError that there can be no more threads."""
    try:
        yield
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, str(error)) from None


def _write_frames(fd: int, frames: Iterator[bytes], target: StoredMemory, offset: int) -> int:
    for frame in frames:
        target.blocks.append((len(frame), zlib.crc32(frame)))
        offset = _write_all(fd, [memoryview(frame)], offset)
    return offset


def _compressor(level: int) -> Callable[[Pieces], bytes]:
    import zstandard

    def compress(pieces: Pieces) -> bytes:
        stream = zstandard.ZstdCompressor(level=level).compressobj(size=sum(map(len, pieces)))
        return b"".join([*map(stream.compress, pieces), stream.flush()])

    return compress
