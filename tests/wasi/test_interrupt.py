"""Calls that wait come back when somebody wants it, and have done nothing."""

from __future__ import annotations

import contextlib
import os
import socket
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mvvm.runtime.wake import Interrupted, Wake
from mvvm.runtime.wasi import types as t
from tests.wasi.conftest import MakeGuest, Restore
from tests.wasi.guest import UNTOUCHED, WRITE, Event, Guest, clock_subscription, fd_subscription
from tests.wasi.states import captured

MONOTONIC, REALTIME = 1, 0
READABLE, WRITABLE = 1, 2
SECOND = 10**9


@pytest.fixture
def wake() -> Iterator[Wake]:
    wake = Wake()
    yield wake
    wake.close()


def _interrupted(wake: Wake, call: Callable[[], object], after: float = 0.05) -> None:
    """`call` is interrupted while it waits."""
    wake.clear()
    setter = threading.Timer(after, wake.set)
    setter.start()
    with pytest.raises(Interrupted):
        call()
    setter.join()
    # And at once while the wake descriptor is readable.
    with pytest.raises(Interrupted):
        call()
    wake.clear()


def _fill(host: int) -> int:
    """Fill a pipe. Returns how many bytes it took."""
    os.set_blocking(host, False)
    count = 0
    try:
        while True:
            count += os.write(host, b"-" * 4096)
    except BlockingIOError:
        os.set_blocking(host, True)
        return count


def test_reading(make_guest: MakeGuest, pipe: tuple[int, int], wake: Wake) -> None:
    guest = make_guest(stdin=pipe[0])
    guest.wasi.wake = wake
    buffer, result = guest.room(8), guest.room(4)
    iovs = guest.iovs((buffer, 8))
    _interrupted(wake, lambda: guest.call("fd_read", 0, *iovs, result))
    assert guest.read_memory(buffer, 8) + guest.read_memory(result, 4) == UNTOUCHED * 12
    os.write(pipe[1], b"1234567890")
    wake.set()  # what need not wait is not interrupted
    assert guest.read(0, 4) == b"1234"
    assert guest.read(0, 100) == b"567890"
    os.close(pipe[1])
    assert guest.read(0) == b""


def test_reading_nothing_does_not_wait(make_guest: MakeGuest, pipe: tuple[int, int], wake: Wake) -> None:
    guest = make_guest(stdin=pipe[0], stdout=pipe[1])
    guest.wasi.wake = wake
    _fill(pipe[1])
    wake.set()
    assert guest.write(1, b"") == 0
    os.read(pipe[0], 1 << 20)
    assert guest.read(0, 0) == b""


def test_reading_waits_for_data(make_guest: MakeGuest, pipe: tuple[int, int], wake: Wake) -> None:
    guest = make_guest(stdin=pipe[0])
    guest.wasi.wake = wake
    writer = threading.Timer(0.02, os.write, (pipe[1], b"late"))
    writer.start()
    assert guest.read(0) == b"late"
    writer.join()


def test_writing(make_guest: MakeGuest, pipe: tuple[int, int], wake: Wake) -> None:
    guest = make_guest(stdout=pipe[1])
    guest.wasi.wake = wake
    filled = _fill(pipe[1])
    _interrupted(wake, lambda: guest.write(1, b"word"))
    assert os.read(pipe[0], 1 << 20) == b"-" * filled
    guest.write(1, b"word")
    assert os.read(pipe[0], 1 << 20) == b"word"


def test_writing_more_than_a_pipe_takes(make_guest: MakeGuest, pipe: tuple[int, int], wake: Wake) -> None:
    guest = make_guest(stdout=pipe[1])
    guest.wasi.wake = wake
    parts = [b"a" * 3000, b"b" * 3000, b"c" * 3000]
    iovs = guest.iovs(*[(guest.put(part), len(part)) for part in parts])
    result = guest.room(4)
    written = 0
    wake.set()
    with contextlib.suppress(Interrupted):
        while written < 1 << 24:
            guest.must("fd_write", 1, *iovs, result)
            assert guest.unpack("<I", result) == (4096,)
            written += 4096
    assert 1 << 24 > written >= 4096
    assert os.read(pipe[0], 1 << 20) == b"".join(parts)[:4096] * (written // 4096)


def test_writing_to_nobody(make_guest: MakeGuest, pipe: tuple[int, int], wake: Wake) -> None:
    from mvvm.runtime.wasi import errno as e

    guest = make_guest(stdout=pipe[1])
    guest.wasi.wake = wake
    os.close(pipe[0])
    wake.set()
    assert guest.call("fd_write", 1, *guest.iovs((guest.put(b"x"), 1)), guest.room(4)) == e.EPIPE


def test_a_socket(make_guest: MakeGuest, wake: Wake) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        guest = make_guest(stdin=theirs.fileno(), stdout=theirs.fileno())
        guest.wasi.wake = wake
        _interrupted(wake, lambda: guest.read(0))
        ours.send(b"hello")
        assert guest.read(0) == b"hello"
        filled = _fill(theirs.fileno())
        _interrupted(wake, lambda: guest.write(1, b"x"))
        assert len(ours.recv(filled + 100, socket.MSG_WAITALL | socket.MSG_DONTWAIT)) == filled


def test_a_terminal(make_guest: MakeGuest, wake: Wake) -> None:
    ours, theirs = os.openpty()
    guest = make_guest(stdin=theirs, stdout=theirs)
    guest.wasi.wake = wake
    _interrupted(wake, lambda: guest.read(0))
    os.write(ours, b"typed\n")
    assert guest.read(0) == b"typed\n"
    guest.write(1, b"shown")
    termios.tcflow(theirs, termios.TCOOFF)
    _interrupted(wake, lambda: guest.write(1, b"held back"))
    termios.tcflow(theirs, termios.TCOON)
    guest.write(1, b"!")
    seen = b""
    while not seen.endswith(b"!"):  # it may come in parts
        seen += os.read(ours, 100)
    assert seen.endswith(b"shown!")
    os.close(ours)
    os.close(theirs)


def test_a_fifo_that_the_guest_opened(guest: Guest, folder: Path, wake: Wake) -> None:
    os.mkfifo(folder / "queue")
    guest.wasi.wake = wake
    wake.set()
    # Opening does not wait, so it is not interrupted.
    reader = guest.open("queue")
    assert guest.read(reader) == b""
    writer = guest.open("queue", rights=WRITE)
    _interrupted(wake, lambda: guest.read(reader))
    host = guest.wasi.descriptors.get(reader).host
    assert os.get_blocking(host)
    guest.write(writer, b"queued")
    assert guest.read(reader) == b"queued"
    filled = _fill(guest.wasi.descriptors.get(writer).host)
    _interrupted(wake, lambda: guest.write(writer, b"x"))
    assert len(os.read(host, 1 << 20)) == filled
    assert guest.write(writer, b"x" * 70000) < 70000
    thread = threading.Timer(0.02, os.read, (host, 1 << 20))
    thread.start()
    assert guest.write(writer, b"late") == 4
    thread.join()


def test_what_is_not_blocking_does_not_wait(
    make_guest: MakeGuest, folder: Path, pipe: tuple[int, int], wake: Wake
) -> None:
    from mvvm.runtime.wasi import errno as e

    os.mkfifo(folder / "queue")
    os.set_blocking(pipe[0], False)
    guest = make_guest(stdin=pipe[0])
    guest.wasi.wake = wake
    reader = guest.open("queue", fdflags=t.NONBLOCK)
    guest.open("queue", rights=WRITE)
    wake.set()
    for fd in (0, reader):
        assert guest.call("fd_read", fd, *guest.iovs((guest.room(8), 8)), guest.room(4)) == e.EAGAIN


def test_files_take_no_further_system_calls(
    make_guest: MakeGuest, folder: Path, pipe: tuple[int, int], wake: Wake, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mvvm.runtime.wasi import waiting

    monkeypatch.setattr(waiting, "_transfer", None)
    (folder / "file").write_text("0123")
    os.write(pipe[1], b"piped")
    with (folder / "file").open("rb") as stream:
        guest = make_guest(stdin=stream.fileno())
        guest.wasi.wake = wake
        wake.set()
        assert guest.read(0) == guest.read(guest.open("file")) == b"0123"
    assert make_guest(stdin=pipe[0]).read(0) == b"piped"  # without a wake


@pytest.mark.parametrize("clock", [MONOTONIC, REALTIME])
def test_sleeping_goes_on_with_the_rest(guest: Guest, restore: Restore, wake: Wake, clock: int) -> None:
    guest.wasi.wake = wake
    subscription = guest.put(clock_subscription(7, clock, SECOND))
    events, count = guest.room(32), guest.room(4)
    began = time.monotonic_ns()
    for _ in range(2):
        setter = threading.Timer(0.2, wake.set)
        setter.start()
        with pytest.raises(Interrupted):
            guest.call("poll_oneoff", subscription, events, 1, count)
        setter.join()
        wake.clear()
        assert guest.read_memory(events, 32) + guest.read_memory(count, 4) == UNTOUCHED * 36
    elapsed = time.monotonic_ns() - began
    assert 0.3 * SECOND < guest.wasi.waited <= elapsed
    state = captured(guest)
    assert state.waited == guest.wasi.waited
    time.sleep(0.3)  # the time between stop and restore does not count

    resumed = restore(state)
    resumed.wasi.wake = wake
    began = time.monotonic_ns()
    assert resumed.poll(clock_subscription(7, clock, SECOND)) == [Event(7, 0, 0, 0, 0)]
    rest = SECOND - state.waited
    assert rest * 0.9 <= time.monotonic_ns() - began < rest + 5 * SECOND
    assert resumed.wasi.waited == 0


def test_waiting_for_streams_and_times(make_guest: MakeGuest, pipe: tuple[int, int], wake: Wake) -> None:
    guest = make_guest(stdin=pipe[0])
    guest.wasi.wake = wake
    reading, timer = fd_subscription(1, READABLE, 0), clock_subscription(2, MONOTONIC, 3600 * SECOND)
    for subscribed in ([reading], [reading, timer], [timer]):
        _interrupted(wake, lambda subscribed=subscribed: guest.poll(*subscribed))  # type: ignore[misc]
    assert 0 < guest.wasi.waited < 60 * SECOND
    # What has happened is told, whoever wants to interrupt.
    wake.set()
    assert guest.poll(reading, clock_subscription(3, MONOTONIC, 0)) == [Event(3, 0, 0, 0, 0)]
    assert guest.wasi.waited == 0
    os.write(pipe[1], b"123")
    assert guest.poll(reading, timer) == [Event(1, 0, 0 + READABLE, 3, 0)]


def test_short_sleeps(guest: Guest, wake: Wake) -> None:
    guest.wasi.wake = wake
    for timeout in (0, 1, 300_000, 2_300_000):
        began = time.monotonic_ns()
        guest.poll(clock_subscription(1, MONOTONIC, timeout))
        assert time.monotonic_ns() - began >= timeout
