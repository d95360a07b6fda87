"""Arguments, environment, clocks, random bytes, the end of the process, sockets."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time

import pytest

from mvvm.errors import GuestExit, UsageError
from mvvm.runtime.wasi import FUNCTIONS, Wasi
from mvvm.runtime.wasi import errno as e
from tests.wasi.conftest import MakeGuest
from tests.wasi.guest import Guest


def test_every_row_has_a_function_and_other_names_have_none(guest: Guest) -> None:
    assert len(FUNCTIONS) == 46
    for name, (key, _) in FUNCTIONS.items():
        found = guest.wasi.function(name)
        assert found is not None
        assert found[0] == key
    assert guest.wasi.function("fd_fly") is None
    assert guest.wasi.function("function") is None


def test_a_family_is_imported_when_a_program_imports_it() -> None:
    script = """
import errno, sys, mvvm.runtime.memory
before = set(sys.modules)
from mvvm.runtime.wasi import Wasi
wasi = Wasi([], {}, [])
for name in ("args_get", "environ_get", "fd_write", "fd_close", "fd_seek", "fd_fdstat_get", "proc_exit"):
    wasi.function(name)
print(*sorted(set(sys.modules) - before))
"""
    printed = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    families = ["args", "environ", "fd", "fdstat", "proc"]
    state = ["descriptors", "errno", "strings", "types"]
    expected = ["mvvm.runtime.wasi", *(f"mvvm.runtime.wasi.{name}" for name in [*families, *state])]
    assert printed.split() == sorted(expected)


def _strings(guest: Guest, sizes: str, get: str) -> list[bytes]:
    count_address, size_address = guest.room(4), guest.room(4)
    guest.must(sizes, count_address, size_address)
    count, size = guest.unpack("<I", count_address)[0], guest.unpack("<I", size_address)[0]
    pointers, buffer = guest.room(4 * count), guest.room(size)
    guest.must(get, pointers, buffer)
    addresses = [*guest.unpack(f"<{count}I", pointers), buffer + size]
    return [guest.read_memory(a, b - a) for a, b in itertools.pairwise(addresses)]


def test_arguments(guest: Guest) -> None:
    assert _strings(guest, "args_sizes_get", "args_get") == [b"program\0", b"-v\0", b"\0"]


def test_environment(guest: Guest) -> None:
    assert _strings(guest, "environ_sizes_get", "environ_get") == [b"A=1\0", b"EMPTY=\0"]


def test_environment_as_a_list_and_bytes_that_are_no_text() -> None:
    wasi = Wasi(["a", os.fsdecode(b"\xff")], ["X=2"], [])
    assert (wasi.args, wasi.environ) == ([b"a", b"\xff"], [b"X=2"])


def test_a_preopen_that_is_not_there_is_the_callers_mistake() -> None:
    with pytest.raises(UsageError, match="cannot open the folder '/nowhere' for the guest: No such file"):
        Wasi([], {}, [("/nowhere", "/")])
    with pytest.raises(UsageError, match="null"):
        Wasi([], {}, [("a\0b", "/")])


@pytest.mark.parametrize("clock", [0, 1, 2, 3])
def test_clocks(guest: Guest, clock: int) -> None:
    host = (
        time.CLOCK_REALTIME,
        time.CLOCK_MONOTONIC,
        time.CLOCK_PROCESS_CPUTIME_ID,
        time.CLOCK_THREAD_CPUTIME_ID,
    )[clock]
    result = guest.room(8)
    before = time.clock_gettime_ns(host)
    guest.must("clock_time_get", clock, 0, result)
    assert before <= guest.unpack("<Q", result)[0] <= time.clock_gettime_ns(host)
    guest.must("clock_res_get", clock, result)
    assert guest.unpack("<Q", result)[0] == round(time.clock_getres(host) * 1e9)


@pytest.mark.parametrize("clock", [4, 2**32 - 1])
def test_unknown_clocks(guest: Guest, clock: int) -> None:
    assert guest.call("clock_time_get", clock, 0, 64) == e.EINVAL
    assert guest.call("clock_res_get", clock, 64) == e.EINVAL


def test_random_bytes(guest: Guest) -> None:
    first, second = guest.room(64), guest.room(64)
    guest.must("random_get", first, 64)
    guest.must("random_get", second, 64)
    assert guest.read_memory(first, 64) != guest.read_memory(second, 64)
    assert guest.call("random_get", guest.memory_size, 0) == 0
    assert guest.call("random_get", 0, 2**32 - 1) == e.EFAULT


@pytest.mark.parametrize("status", [0, 1, 255, 2**32 - 1])
def test_exit(guest: Guest, status: int) -> None:
    with pytest.raises(GuestExit) as caught:
        guest.call("proc_exit", status)
    assert caught.value.status == status


def test_signals_are_not_supported(guest: Guest) -> None:
    assert guest.call("proc_raise", 6) == e.ENOTSUP
    assert guest.call("proc_raise", 31) == e.EINVAL


def test_yield(guest: Guest) -> None:
    assert guest.call("sched_yield") == 0


def test_nothing_is_a_socket(make_guest: MakeGuest) -> None:
    guest = make_guest()
    calls = {"sock_accept": 2, "sock_recv": 5, "sock_send": 4, "sock_shutdown": 1}
    for name, others in calls.items():
        assert guest.call(name, 1, *[0] * others) == e.ENOTSOCK
        assert guest.call(name, 99, *[0] * others) == e.EBADF


def test_host_errors_become_the_errno_of_that_name() -> None:
    import errno as host

    for name in ("ENOENT", "EXDEV", "EDEADLK", "EOPNOTSUPP", "EWOULDBLOCK", "ENOTSUP", "E2BIG"):
        expected = {"EOPNOTSUPP": "ENOTSUP", "EWOULDBLOCK": "EAGAIN"}.get(name, name)
        assert e.from_host(getattr(host, name)) == getattr(e, expected)
    assert e.from_host(host.EUCLEAN) == e.EIO
    assert e.from_host(None) == e.EIO
    assert (e.E2BIG, e.EBADF, e.EPERM, e.ENOTCAPABLE) == (1, 8, 63, 76)
