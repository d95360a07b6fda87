"""What the tests of checkpoints share: WASI states as data, and guests that go on from them."""

from __future__ import annotations

from mvvm.abi.view import DirectoryState, FileState, WasiState
from mvvm.runtime.wasi.capture import capture
from tests.wasi.guest import Guest

MONOTONIC, PROCESS, THREAD = 1, 2, 3


def plain(value: object) -> object:
    """A state as tuples, lists and dicts, which compare by value; without clocks, which never read the same."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    slots = getattr(value, "__slots__", ())
    if not slots:
        return value
    return (type(value).__name__, {name: plain(getattr(value, name)) for name in slots if name != "clocks"})


def captured(guest: Guest) -> WasiState:
    return capture(guest.wasi)


def clock(guest: Guest, number: int) -> int:
    """What a clock reads, in nanoseconds."""
    result = guest.room(8)
    guest.must("clock_time_get", number, 0, result)
    return guest.unpack("<Q", result)[0]


def file_state(state: WasiState, fd: int) -> FileState:
    item = state.descriptors[fd]
    assert isinstance(item, FileState)
    return item


def directory_state(state: WasiState, fd: int) -> DirectoryState:
    item = state.descriptors[fd]
    assert isinstance(item, DirectoryState)
    return item
