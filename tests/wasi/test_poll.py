"""Waiting for times and streams."""

from __future__ import annotations

import os
import struct
import threading
import time
from pathlib import Path

import pytest

from mvvm.runtime.wasi import errno as e
from tests.wasi.conftest import MakeGuest
from tests.wasi.guest import CREAT, READ, WRITE, Event, Guest, WasiFailure, clock_subscription, fd_subscription

REALTIME, MONOTONIC = 0, 1
CLOCK, FD_READ, FD_WRITE = 0, 1, 2
HANGUP = 1
NEVER = 2**64 - 1


@pytest.mark.parametrize("clock", [REALTIME, MONOTONIC])
def test_sleeping(guest: Guest, clock: int) -> None:
    before = time.monotonic_ns()
    assert guest.poll(clock_subscription(7, clock, 20_000_000)) == [Event(7, 0, CLOCK, 0, 0)]
    assert time.monotonic_ns() - before >= 19_000_000


@pytest.mark.parametrize(("clock", "host"), [(REALTIME, time.CLOCK_REALTIME), (MONOTONIC, time.CLOCK_MONOTONIC)])
def test_sleeping_until(guest: Guest, clock: int, host: int) -> None:
    deadline = time.clock_gettime_ns(host) + 20_000_000
    assert guest.poll(clock_subscription(7, clock, deadline, 1)) == [Event(7, 0, CLOCK, 0, 0)]
    assert time.clock_gettime_ns(host) >= deadline
    assert guest.poll(clock_subscription(8, clock, 1, 1)) == [Event(8, 0, CLOCK, 0, 0)]


def test_only_what_has_happened_is_reported_in_order(guest: Guest) -> None:
    subscriptions = [
        clock_subscription(1, MONOTONIC, NEVER),
        clock_subscription(2, MONOTONIC, 0),
        clock_subscription(3, REALTIME, NEVER, 1),
        fd_subscription(4, FD_WRITE, 1),
        clock_subscription(5, REALTIME, 0),
    ]
    assert [event.userdata for event in guest.poll(*subscriptions)] == [2, 4, 5]


def test_a_pipe(make_guest: MakeGuest, pipe: tuple[int, int]) -> None:
    guest = make_guest(stdin=pipe[0], stdout=pipe[1])
    timer = clock_subscription(9, MONOTONIC, 1_000_000)
    reading, writing = fd_subscription(1, FD_READ, 0), fd_subscription(2, FD_WRITE, 1)
    assert guest.poll(reading, timer) == [Event(9, 0, CLOCK, 0, 0)]
    assert guest.poll(reading, writing) == [Event(2, 0, FD_WRITE, 1, 0)]
    os.write(pipe[1], b"12345")
    assert guest.poll(reading, reading) == [Event(1, 0, FD_READ, 5, 0)] * 2
    os.close(pipe[1])
    assert guest.poll(reading) == [Event(1, 0, FD_READ, 5, HANGUP)]
    guest.read(0)
    assert guest.poll(reading) == [Event(1, 0, FD_READ, 0, HANGUP)]


def test_waiting_ends_when_data_comes(make_guest: MakeGuest, pipe: tuple[int, int]) -> None:
    guest = make_guest(stdin=pipe[0])
    writer = threading.Timer(0.02, os.write, (pipe[1], b"late"))
    writer.start()
    events = guest.poll(fd_subscription(1, FD_READ, 0), clock_subscription(2, MONOTONIC, NEVER))
    writer.join()
    assert events == [Event(1, 0, FD_READ, 4, 0)]


def test_a_pipe_without_reader(make_guest: MakeGuest, pipe: tuple[int, int]) -> None:
    guest = make_guest(stdout=pipe[1])
    os.close(pipe[0])
    assert guest.poll(fd_subscription(1, FD_WRITE, 1)) == [Event(1, 0, FD_WRITE, 1, HANGUP)]


def test_a_stream_that_the_host_closed_meanwhile(make_guest: MakeGuest, pipe: tuple[int, int]) -> None:
    guest = make_guest(stdin=pipe[0])
    os.close(pipe[0])
    assert guest.poll(fd_subscription(1, FD_READ, 0)) == [Event(1, e.EBADF, FD_READ, 0, 0)]


def test_files_are_always_ready(guest: Guest, folder: Path) -> None:
    fd = guest.open("file", CREAT, rights=READ | WRITE)
    assert guest.poll(fd_subscription(1, FD_READ, fd)) == [Event(1, 0, FD_READ, 0, HANGUP)]
    guest.write(fd, b"0123456789")
    guest.seek(fd, 4)
    both = [Event(1, 0, FD_READ, 6, 0), Event(2, 0, FD_WRITE, 1, 0)]
    assert guest.poll(fd_subscription(1, FD_READ, fd), fd_subscription(2, FD_WRITE, fd)) == both
    guest.seek(fd, 40)
    assert guest.poll(fd_subscription(1, FD_READ, fd)) == [Event(1, 0, FD_READ, 0, HANGUP)]
    writes_only = guest.open("file", rights=WRITE)
    assert guest.poll(fd_subscription(1, FD_READ, writes_only)) == [Event(1, 0, FD_READ, 10, 0)]


def test_a_device_does_not_say_how_much_there_is(guest: Guest) -> None:
    assert guest.poll(fd_subscription(1, FD_READ, 0)) == [Event(1, 0, FD_READ, 1, 0)]


@pytest.mark.parametrize(
    ("subscription", "errno"),
    [
        (clock_subscription(1, 2, 0), e.EINVAL),
        (clock_subscription(1, 9, 0), e.EINVAL),
        (clock_subscription(1, MONOTONIC, 0, 2), e.EINVAL),
        (struct.pack("<QB39x", 1, 3), e.EINVAL),
        (fd_subscription(1, FD_READ, 1), e.EBADF),
        (fd_subscription(1, FD_WRITE, 0), e.EBADF),
        (fd_subscription(1, FD_READ, 3), e.EBADF),
        (fd_subscription(1, FD_WRITE, 99), e.EBADF),
    ],
)
def test_bad_subscriptions(guest: Guest, subscription: bytes, errno: int) -> None:
    for others in ([], [clock_subscription(2, MONOTONIC, 0)]):
        with pytest.raises(WasiFailure) as caught:
            guest.poll(*others, subscription)
        assert caught.value.errno == errno


def test_bad_addresses_and_counts(guest: Guest) -> None:
    good, end = guest.put(clock_subscription(1, MONOTONIC, 0)), guest.memory_size
    assert guest.call("poll_oneoff", good, 0, 0, 0) == e.EINVAL
    assert guest.call("poll_oneoff", end - 47, 0, 1, 0) == e.EFAULT
    assert guest.call("poll_oneoff", good, end - 31, 1, 0) == e.EFAULT
    assert guest.call("poll_oneoff", good, 0, 1, end - 3) == e.EFAULT
    assert guest.call("poll_oneoff", good, 0, 2**32 - 1, 0) == e.EFAULT


def test_events_may_replace_their_subscriptions(guest: Guest) -> None:
    both = guest.put(clock_subscription(1, MONOTONIC, 0) + clock_subscription(2, MONOTONIC, 0))
    count = guest.room(4)
    guest.must("poll_oneoff", both, both, 2, count)
    assert guest.unpack("<I", count) == (2,)
    assert [guest.unpack("<Q", both + 32 * i)[0] for i in range(2)] == [1, 2]
