"""Whatever integers and memory a guest hands over: a call gives an errno and writes only where it may."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvvm.runtime.memory import Memory
from mvvm.runtime.wasi import FUNCTIONS, Wasi
from mvvm.runtime.wasi import errno as e
from mvvm.wasm.types import MAX_PAGES, Limits
from tests.wasi.guest import CREAT, READ, UNTOUCHED, WRITE, Guest, clock_subscription

NULL = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
SIZE = Guest.memory_size
DATA = 4096  # where a guest has paths, lists of buffers, subscriptions

_IOVS = [(64, 8), (0, 0), (SIZE - 4, 4), (SIZE - 4, 5), (2**32 - 1, 2**32 - 1), (DATA, 64)]
_CONTENT = b"".join(
    [
        b"file\0sub/../file\0../x\0/etc\0",
        b"\xff" * 5,
        *(struct.pack("<II", *iov) for iov in _IOVS),
    ]
)

_EDGES = [0, 1, 2, 3, 4, 5, 7, 8, 63, 64, 99, DATA, DATA + 5, DATA + 32, DATA + 80, SIZE - 4, SIZE - 1, SIZE, SIZE + 1]
_U32 = st.sampled_from([*_EDGES, 2**31 - 1, 2**31, 2**32 - 8, 2**32 - 1]) | st.integers(0, 2**32 - 1)
_U64 = st.sampled_from([*_EDGES, 2**32, 2**63 - 1, 2**63, 2**64 - 1]) | st.integers(0, 2**64 - 1)

# Where a function may write: pairs of the parameters that hold an address and (by name or as a number) a size.
_OUTPUTS: dict[str, list[tuple[int, int | str]]] = {
    "args_get": [(0, 4), (1, 2)],
    "args_sizes_get": [(0, 4), (1, 4)],
    "clock_res_get": [(1, 8)],
    "clock_time_get": [(2, 8)],
    "environ_get": [(0, 4), (1, 4)],
    "environ_sizes_get": [(0, 4), (1, 4)],
    "fd_fdstat_get": [(1, 24)],
    "fd_filestat_get": [(1, 64)],
    "fd_pread": [(1, "iovs"), (4, 4)],
    "fd_prestat_dir_name": [(1, "next")],
    "fd_prestat_get": [(1, 8)],
    "fd_pwrite": [(4, 4)],
    "fd_read": [(1, "iovs"), (3, 4)],
    "fd_readdir": [(1, "next"), (4, 4)],
    "fd_seek": [(3, 8)],
    "fd_tell": [(1, 8)],
    "fd_write": [(3, 4)],
    "path_filestat_get": [(4, 64)],
    "path_open": [(8, 4)],
    "path_readlink": [(3, "next"), (5, 4)],
    "random_get": [(0, "next")],
}


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, list[int]]:
    name = draw(st.sampled_from(sorted(set(FUNCTIONS) - {"proc_exit", "poll_oneoff"})))
    params = FUNCTIONS[name][0].split("_")[0]
    return name, [draw(_U32 if param == "i" else _U64) for param in params]


@pytest.fixture(scope="module")
def folder_of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def _make(folder: Path) -> Guest:
    """A guest with a file open as 4 and one that only it reads as 5; every byte of its memory is known."""
    guest = Guest(Wasi(["a"], {"A": "1"}, [(str(folder), "/")], NULL, NULL, NULL))
    for fd, rights in ((4, READ | WRITE), (5, READ)):
        assert guest.open("file", CREAT, rights=rights) == fd
    guest.fake.bytes[:] = UNTOUCHED * SIZE
    guest.fake.bytes[DATA : DATA + len(_CONTENT)] = _CONTENT
    return guest


def _allowed(guest: Guest, name: str, arguments: list[int]) -> Iterator[tuple[int, int]]:
    for parameter, size in _OUTPUTS.get(name, ()):
        address, following = arguments[parameter], arguments[min(parameter + 1, len(arguments) - 1)]
        if size == "next":
            yield address, following
        elif size == "iovs":
            table = bytes(guest.fake.bytes[address : address + 8 * following])
            yield from struct.iter_unpack("<II", table[: len(table) // 8 * 8])
        else:
            assert isinstance(size, int)
            yield address, size


@settings(max_examples=500, deadline=None)
@given(sequence=st.lists(calls(), min_size=1, max_size=4))
def test_any_integers(folder_of_all: Path, sequence: list[tuple[str, list[int]]]) -> None:
    guest = _make(folder_of_all)
    try:
        for name, arguments in sequence:
            allowed = [(a, s) for a, s in _allowed(guest, name, arguments) if a + s <= SIZE]
            before = bytearray(guest.fake.bytes)
            errno = guest.call(name, *arguments)
            assert 0 <= errno <= e.ENOTCAPABLE
            after = bytearray(guest.fake.bytes)
            for address, size in allowed:
                before[address : address + size] = after[address : address + size] = bytes(size)
            assert after == before, name
    finally:
        guest.wasi.close()


@settings(deadline=None)
@given(
    subscriptions=st.lists(st.tuples(_U64, st.integers(0, 3), _U32, _U64, st.integers(0, 2)), max_size=5),
    events=_U32,
    nevents=_U32,
)
def test_any_subscriptions(
    folder_of_all: Path, subscriptions: list[tuple[int, int, int, int, int]], events: int, nevents: int
) -> None:
    guest = _make(folder_of_all)
    try:
        due = clock_subscription(1, 1, 0)  # so that none of the others is waited for
        given = due + b"".join(struct.pack("<QB7xI4xQ8xH6x", *fields) for fields in subscriptions)
        guest.fake.bytes[DATA : DATA + len(given)] = given
        before = bytearray(guest.fake.bytes)
        count = len(given) // 48
        assert guest.call("poll_oneoff", DATA, events, count, nevents) in (0, e.EINVAL, e.EBADF, e.EFAULT)
        after = bytearray(guest.fake.bytes)
        for address, size in ((events, 32 * count), (nevents, 4)):
            if address + size <= SIZE:
                before[address : address + size] = after[address : address + size] = bytes(size)
        assert after == before
    finally:
        guest.wasi.close()


def test_long_lists_take_neither_time_nor_memory(folder_of_all: Path) -> None:
    """In a memory of 4 GiB, of which the host has next to nothing."""
    guest = _make(folder_of_all)
    memory = guest.wasi.memory = Memory(Limits(MAX_PAGES, None))
    for name, more in (("fd_read", []), ("fd_write", []), ("fd_pread", [0]), ("fd_pwrite", [0])):
        assert guest.call(name, 4, 0, memory.size // 8 - 1, *more, 64) == e.EINVAL
        assert guest.call(name, 4, 128, 1 << 20, *more, 64) == 0
    assert guest.call("poll_oneoff", 0, 0, memory.size // 48, 64) == e.ENOMEM
    assert guest.call("path_unlink_file", 3, 0, memory.size - 1) == e.ENAMETOOLONG
    assert guest.call("fd_readdir", 3, 128, memory.size - 128, 0, 64) == 0
    guest.wasi.close()
