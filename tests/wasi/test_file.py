"""What descriptors are and may do; attributes, sizes, times and allocation of open files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mvvm.runtime.wasi import errno as e
from mvvm.runtime.wasi import types as t
from tests.wasi.conftest import MakeGuest
from tests.wasi.guest import CREAT, DIRECTORY, READ, WRITE, Filestat, Guest


@pytest.fixture
def file(guest: Guest) -> int:
    fd = guest.open("file", CREAT, rights=READ | WRITE)
    guest.write(fd, b"0123456789")
    return fd


def test_granted_folders(guest: Guest, file: int) -> None:
    assert guest.prestat(3) == (0, 5)
    assert guest.prestat_name(3, 5) == b"/data"
    name = guest.put(b"........")
    guest.must("fd_prestat_dir_name", 3, name, 8)
    assert guest.read_memory(name, 8) == b"/data..."
    assert guest.call("fd_prestat_dir_name", 3, guest.room(4), 4) == e.ENAMETOOLONG
    for fd in (0, file, guest.open(".", DIRECTORY)):
        assert guest.call("fd_prestat_get", fd, guest.room(8)) == e.EBADF
        assert guest.call("fd_prestat_dir_name", fd, guest.room(8), 8) == e.ENOTDIR
    assert guest.call("fd_prestat_dir_name", 99, guest.room(8), 8) == e.EBADF


def test_rights_say_how_it_was_opened(guest: Guest, file: int) -> None:
    both, reads, writes = guest.fdstat(file), guest.fdstat(guest.open("file")), None
    writes = guest.fdstat(guest.open("file", rights=WRITE))
    assert [stat.rights & (READ | WRITE) for stat in (both, reads, writes)] == [READ | WRITE, READ, WRITE]
    assert {stat.filetype for stat in (both, reads, writes)} == {t.REGULAR_FILE}
    folder = guest.fdstat(3)
    assert folder.filetype == t.DIRECTORY
    assert folder.rights & t.PATH_OPEN
    assert not folder.rights & READ
    assert folder.inheriting & READ


def test_only_a_terminal_looks_like_one(make_guest: MakeGuest) -> None:
    primary, terminal = os.openpty()
    null = os.open(os.devnull, os.O_RDWR)
    guest = make_guest(stdin=terminal, stdout=null)
    assert guest.fdstat(0).filetype == t.CHARACTER_DEVICE
    assert guest.fdstat(1).filetype == t.UNKNOWN
    assert guest.fdstat(0).rights == READ
    assert guest.fdstat(1).rights == WRITE
    assert guest.filestat(0) == Filestat(0, 0, t.CHARACTER_DEVICE, 0, 0, 0, 0, 0)
    os.write(primary, b"line\n")
    assert guest.read(0) == b"line\n"
    for host in (primary, terminal, null):
        os.close(host)


def test_flags(guest: Guest, file: int) -> None:
    fd = guest.open("file", rights=WRITE, fdflags=t.SYNC | t.APPEND)
    assert guest.fdstat(fd).flags == t.SYNC | t.APPEND
    assert guest.call("fd_fdstat_set_flags", fd, t.SYNC | t.NONBLOCK) == 0
    assert guest.fdstat(fd).flags == t.SYNC | t.NONBLOCK
    assert guest.call("fd_fdstat_set_flags", fd, t.NONBLOCK) == e.EINVAL
    assert guest.call("fd_fdstat_set_flags", file, t.DSYNC) == e.EINVAL
    assert guest.call("fd_fdstat_set_flags", file, 32) == e.EINVAL
    for other in (0, 3, 99):
        assert guest.call("fd_fdstat_set_flags", other, 0) == e.EBADF


def test_rights_cannot_be_given_up(guest: Guest, file: int) -> None:
    assert guest.call("fd_fdstat_set_rights", file, 0, 0) == e.ENOTSUP
    assert guest.call("fd_fdstat_set_rights", 3, 0, 0) == e.ENOTSUP
    assert guest.call("fd_fdstat_set_rights", 1, 0, 0) == e.EBADF
    assert guest.call("fd_fdstat_set_rights", file, 1 << 30, 0) == e.EINVAL


def test_attributes_are_the_hosts(guest: Guest, file: int, folder: Path) -> None:
    os.link(folder / "file", folder / "second")
    host = os.stat(folder / "file")
    times = (host.st_atime_ns, host.st_mtime_ns, host.st_ctime_ns)
    assert guest.filestat(file) == Filestat(host.st_dev, host.st_ino, t.REGULAR_FILE, 2, 10, *times)
    assert guest.filestat(3).filetype == t.DIRECTORY


def test_times_before_1970_are_0(guest: Guest, file: int, folder: Path) -> None:
    os.utime(folder / "file", ns=(-5_000_000_000, 7))
    assert guest.filestat(file)[5:7] == (0, 7)


def test_setting_times(guest: Guest, file: int) -> None:
    for fd in (file, guest.open("file"), 3, guest.open("file", rights=WRITE)):
        guest.must("fd_filestat_set_times", fd, 1_000_000_001, 2_000_000_002, t.ATIM | t.MTIM)
        assert guest.filestat(fd)[5:7] == (1_000_000_001, 2_000_000_002)
        guest.must("fd_filestat_set_times", fd, 3, 4, t.MTIM)
        assert guest.filestat(fd)[5:7] == (1_000_000_001, 4)
        guest.must("fd_filestat_set_times", fd, 3, 4, t.ATIM_NOW)
        changed = guest.filestat(fd)
        assert changed.atim > 1_600_000_000_000_000_000
        assert changed.mtim == 4
    for flags in (t.ATIM | t.ATIM_NOW, t.MTIM | t.MTIM_NOW, 16):
        assert guest.call("fd_filestat_set_times", file, 0, 0, flags) == e.EINVAL
    assert guest.call("fd_filestat_set_times", 0, 0, 0, t.ATIM) == e.EBADF


def test_setting_the_size(guest: Guest, file: int) -> None:
    guest.must("fd_filestat_set_size", file, 3)
    guest.must("fd_filestat_set_size", file, 5)
    assert guest.read(file, offset=0) == b"012\0\0"
    assert guest.call("fd_filestat_set_size", guest.open("file"), 0) == e.EINVAL
    assert guest.call("fd_filestat_set_size", file, 2**63) == e.EINVAL
    assert guest.call("fd_filestat_set_size", 3, 0) == e.EBADF
    assert guest.call("fd_filestat_set_size", 1, 0) == e.EBADF


def test_allocating(guest: Guest, file: int) -> None:
    assert guest.call("fd_allocate", file, 5, 3) == 0
    assert guest.filestat(file).size == 10
    assert guest.call("fd_allocate", file, 5, 20) == 0
    assert guest.filestat(file).size == 25
    assert guest.call("fd_allocate", file, 0, 0) == e.EINVAL
    assert guest.call("fd_allocate", file, 2**64 - 1, 2**64 - 1) == e.EINVAL
    assert guest.call("fd_allocate", file, 0, 2**62) in (e.EFBIG, e.ENOSPC)
    assert guest.call("fd_allocate", guest.open("file"), 0, 1) == e.EBADF
    assert guest.call("fd_allocate", 3, 0, 1) == e.EBADF


def test_advice(guest: Guest, file: int) -> None:
    for advice in range(6):
        assert guest.call("fd_advise", file, 0, 10, advice) == 0
    assert guest.call("fd_advise", file, 0, 10, 6) == e.EINVAL
    assert guest.call("fd_advise", file, 2**63, 10, 0) == e.EINVAL
    assert guest.call("fd_advise", 3, 0, 10, 0) == e.EBADF


@pytest.mark.parametrize("name", ["fd_sync", "fd_datasync"])
def test_syncing(guest: Guest, file: int, name: str) -> None:
    assert guest.call(name, file) == 0
    for fd in (0, 3, 99):
        assert guest.call(name, fd) == e.EBADF
