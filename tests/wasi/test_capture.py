"""The WASI state of a checkpoint: what is kept, and guests that go on from it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from mvvm.abi.view import DirectoryState, FileState, StdioState
from mvvm.errors import CheckpointFailed
from mvvm.runtime.wasi import errno as e
from mvvm.runtime.wasi import types as t
from mvvm.runtime.wasi.capture import capture
from tests.wasi.conftest import MakeGuest, Restore
from tests.wasi.guest import CREAT, DIRECTORY, READ, WRITE, Guest, clock_subscription
from tests.wasi.states import MONOTONIC, PROCESS, THREAD, captured, clock, directory_state, file_state, plain


@pytest.fixture(autouse=True)
def tree(folder: Path) -> None:
    (folder / "file").write_text("0123456789")
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "sub" / "inner").write_text("inner")
    (folder / "link").symlink_to("sub/inner")


def test_arguments_environment_and_descriptors_by_number(guest: Guest, folder: Path) -> None:
    first = guest.open("file")
    guest.open("sub/inner", rights=READ | WRITE, fdflags=t.APPEND)
    guest.open("sub")
    guest.close(first)
    state = captured(guest)
    assert (state.args, state.environ, state.waited) == ([b"program", b"-v", b""], [b"A=1", b"EMPTY="], 0)
    assert plain(state.descriptors) == plain(
        [
            StdioState(0, None),
            StdioState(1, None),
            StdioState(2, None),
            DirectoryState(b"/data", b"", str(folder), None),
            None,
            FileState(b"/data", b"sub/inner", t.APPEND, 0, readable=True, writable=True, size=5),
            DirectoryState(b"/data", b"sub", None, None),
        ]
    )
    assert state.folders == {}


def test_going_on_changes_nothing(guest: Guest, folder: Path, restore: Restore) -> None:
    guest.seek(guest.open("file"), 4)
    freed = guest.open("file")
    guest.open("link", rights=WRITE)
    guest.open("sub/deep/..")
    guest.readdir(3, 30)
    guest.close(freed)
    guest.must("fd_renumber", 1, 2)
    removed = guest.open("removed", CREAT, rights=READ | WRITE)
    guest.write(removed, b"contents")
    guest.unlink("removed")
    guest.wasi.waited = 77
    state = captured(guest)
    resumed = restore(state)
    assert plain(captured(resumed)) == plain(state)
    assert plain(captured(restore(captured(resumed)))) == plain(state)
    for fd in (0, removed, 2, 3, 4, 6, 7):
        assert resumed.fdstat(fd) == guest.fdstat(fd)
    assert resumed.call("fd_tell", freed, resumed.room(8)) == e.EBADF


def test_positions_and_ways_of_opening(guest: Guest, folder: Path, restore: Restore) -> None:
    reading, writing = guest.open("file"), guest.open("new", CREAT, rights=WRITE)
    both, appending = guest.open("file", rights=READ | WRITE), guest.open("log", CREAT, rights=WRITE, fdflags=t.APPEND)
    guest.read(reading, 3)
    guest.write(writing, b"abcdef")
    guest.seek(writing, 2)
    guest.seek(both, 40)
    guest.write(appending, b"first\n")
    state = captured(guest)
    (folder / "log").write_text("first\nother\n")
    guest.write(writing, b"lost")
    resumed = restore(state)
    assert resumed.read(reading) == b"3456789"
    assert resumed.tell(both) == 40
    assert resumed.write(appending, b"second\n") == 7
    assert (folder / "log").read_text() == "first\nother\nsecond\n"
    resumed.write(writing, b"XY")
    assert (folder / "new").read_bytes() == b"abXYst"
    assert resumed.call("fd_write", reading, *resumed.iovs((0, 0)), resumed.room(4)) == e.EBADF
    assert resumed.call("fd_read", writing, *resumed.iovs((0, 0)), resumed.room(4)) == e.EBADF
    assert resumed.call("fd_filestat_set_size", reading, 0) == e.EINVAL
    # The lowest free number is the next one, as before.
    assert resumed.open("file") == guest.open("file")


def test_a_free_number_is_given_next(guest: Guest, restore: Restore) -> None:
    opened = [guest.open("file") for _ in range(4)]
    guest.close(opened[1])
    guest.close(opened[3])
    resumed = restore(captured(guest))
    assert [resumed.open("file"), resumed.open("file"), resumed.open("file")] == [opened[1], opened[3], opened[3] + 1]


def test_a_fifo(guest: Guest, folder: Path, restore: Restore) -> None:
    os.mkfifo(folder / "queue")
    reader = guest.open("queue")
    writer = guest.open("queue", rights=WRITE, fdflags=t.NONBLOCK)
    state = captured(guest)
    assert [file_state(state, fd).position for fd in (reader, writer)] == [None, None]
    resumed = restore(state)
    resumed.write(writer, b"queued")
    assert resumed.read(reader) == b"queued"
    hosts = [resumed.wasi.descriptors.get(fd).host for fd in (reader, writer)]
    assert [os.get_blocking(host) for host in hosts] == [True, False]
    guest.unlink("queue")
    with pytest.raises(CheckpointFailed, match="descriptor 4 cannot be saved: '/data/queue' is no regular file"):
        captured(guest)


def test_folders_and_the_middle_of_a_listing(guest: Guest, folder: Path, restore: Restore) -> None:
    for name in ("a", "b", "c"):
        (folder / "sub" / name).write_text("")
    opened = guest.open("sub", DIRECTORY)
    whole = guest.entries(opened)
    guest.read(guest.open("inner", fd=opened))
    guest.rename("sub", "renamed")
    state = captured(guest)
    assert directory_state(state, opened).path == b"renamed"
    resumed = restore(state)
    (folder / "renamed" / "b").unlink()
    (folder / "renamed" / "0").write_text("")
    names = [entry.name for entry in whole]
    assert resumed.readdir(opened, 300, cookie=names.index(b"b"))[1][24:25] == b"b"
    assert b"0" in [entry.name for entry in resumed.entries(opened)]
    assert resumed.read(resumed.open("inner", fd=opened)) == b"inner"


def test_renumbered_streams(make_guest: MakeGuest, restore: Restore) -> None:
    out, err = os.pipe(), os.pipe()
    guest = make_guest(stdout=out[1], stderr=err[1])
    spare = guest.open("file")
    guest.must("fd_renumber", 1, spare)
    state = captured(guest)
    assert plain(state.descriptors[spare]) == plain(StdioState(1, None))
    assert state.descriptors[1] is None
    resumed = restore(state, stdout=out[1], stderr=err[1])
    resumed.write(spare, b"out")
    resumed.write(2, b"err")
    assert (os.read(out[0], 10), os.read(err[0], 10)) == (b"out", b"err")
    for end in (*out, *err):
        os.close(end)


def test_input_from_a_file_goes_on(make_guest: MakeGuest, folder: Path, restore: Restore) -> None:
    with (folder / "file").open("rb") as stream, (folder / "file").open("rb") as again:
        guest = make_guest(stdin=stream.fileno())
        guest.read(0, 4)
        state = captured(guest)
        assert plain(state.descriptors[0]) == plain(StdioState(0, 4))
        assert restore(state, stdin=again.fileno()).read(0) == b"456789"


def test_input_from_a_pipe_goes_on_where_it_is(make_guest: MakeGuest, pipe: tuple[int, int], restore: Restore) -> None:
    guest = make_guest(stdin=pipe[0])
    os.write(pipe[1], b"0123456789")
    guest.read(0, 4)
    state = captured(guest)
    assert plain(state.descriptors[0]) == plain(StdioState(0, None))
    assert restore(state, stdin=pipe[0]).read(0) == b"456789"


def test_output_to_a_file_goes_on_where_it_is(make_guest: MakeGuest, folder: Path, restore: Restore) -> None:
    with (folder / "out").open("wb", buffering=0) as stream, (folder / "again").open("wb", buffering=0) as again:
        guest = make_guest(stdout=stream.fileno())
        guest.write(1, b"before")
        resumed = restore(captured(guest), stdout=again.fileno())
        resumed.write(1, b"after")
    assert (folder / "again").read_bytes() == b"after"


def test_clocks_never_go_back(guest: Guest, restore: Restore) -> None:
    # A machine that has been up for longer, or not for as long.
    for ahead in (10**18, -(10**6), 0):
        read = {number: clock(guest, number) for number in (MONOTONIC, PROCESS, THREAD)}
        state = captured(guest)
        assert all(state.clocks[number] >= read[number] for number in read)
        state.clocks = {number: max(0, reading + ahead) for number, reading in state.clocks.items()}
        resumed = restore(state)
        for number, reading in state.clocks.items():
            assert reading <= clock(resumed, number) <= reading + 60 * 10**9
        assert abs(clock(resumed, 0) - time.time_ns()) < 60 * 10**9
        later = captured(resumed)
        assert all(later.clocks[number] >= clock for number, clock in state.clocks.items())


def test_sleeping_until_a_time_of_the_guests_clock(guest: Guest, restore: Restore) -> None:
    state = captured(guest)
    state.clocks[MONOTONIC] += 10**18
    resumed = restore(state)
    began, deadline = time.monotonic_ns(), clock(resumed, MONOTONIC) + 20_000_000
    resumed.poll(clock_subscription(1, MONOTONIC, deadline, 1))
    assert clock(resumed, MONOTONIC) >= deadline
    assert 10_000_000 < time.monotonic_ns() - began < 10 * 10**9


def test_capturing_leaves_nothing_open(guest: Guest) -> None:
    for path in ("file", "sub", "link"):
        guest.open(path)
    guest.close(3)
    before = len(os.listdir("/proc/self/fd"))
    capture(guest.wasi)
    assert len(os.listdir("/proc/self/fd")) == before
