"""Reading, writing, positions, the descriptor table."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mvvm.runtime.wasi import errno as e
from mvvm.runtime.wasi import types as t
from tests.wasi.conftest import MakeGuest
from tests.wasi.guest import CREAT, READ, WRITE, Guest, WasiFailure


@pytest.fixture
def file(guest: Guest) -> int:
    """A file that the guest has open for reading and writing, at its start."""
    fd = guest.open("file", CREAT, rights=READ | WRITE)
    guest.write(fd, b"0123456789")
    guest.seek(fd, 0)
    return fd


def test_reading_and_writing_move_the_position(guest: Guest, file: int, folder: Path) -> None:
    assert guest.read(file, 4) == b"0123"
    assert guest.tell(file) == 4
    assert guest.write(file, b"xy") == 2
    assert guest.read(file) == b"6789"
    assert guest.read(file) == b""
    assert (folder / "file").read_bytes() == b"0123xy6789"


def test_reading_and_writing_at_an_offset_do_not(guest: Guest, file: int) -> None:
    assert guest.read(file, 3, offset=7) == b"789"
    assert guest.write(file, b"ab", offset=12) == 2
    assert guest.tell(file) == 0
    assert guest.read(file) == b"0123456789\0\0ab"


def test_seek(guest: Guest, file: int) -> None:
    assert guest.seek(file, 3) == 3
    assert guest.seek(file, -2, 1) == 1
    assert guest.seek(file, -1, 2) == 9
    assert guest.seek(file, 5, 2) == 15
    for offset, whence in ((-1, 0), (-16, 1), (0, 3), (2**63 - 1, 1)):
        assert guest.call("fd_seek", file, offset & 2**64 - 1, whence, guest.room(8)) == e.EINVAL
    assert guest.tell(file) == 15


def test_append(guest: Guest, file: int) -> None:
    assert guest.call("fd_fdstat_set_flags", file, t.APPEND) == 0
    guest.write(file, b"A")
    guest.write(file, b"B", offset=0)  # as on Linux
    assert guest.read(file, offset=0) == b"0123456789AB"
    assert guest.fdstat(file).flags == t.APPEND
    assert guest.call("fd_fdstat_set_flags", file, 0) == 0
    guest.write(file, b"C", offset=0)
    assert guest.read(file, offset=0) == b"C123456789AB"


def test_several_buffers_some_empty(guest: Guest, file: int) -> None:
    first, second, result = guest.room(3), guest.room(20), guest.room(4)
    guest.must("fd_read", file, *guest.iovs((0, 0), (first, 3), (guest.memory_size, 0), (second, 20)), result)
    assert guest.unpack("<I", result) == (10,)
    assert (guest.read_memory(first, 3), guest.read_memory(second, 7)) == (b"012", b"3456789")
    guest.must("fd_write", file, *guest.iovs((second, 2), (first, 3)), result)
    assert guest.read(file, offset=10) == b"34012"


def test_more_buffers_than_the_host_takes_at_once(guest: Guest, file: int) -> None:
    data, result = guest.put(b"ab"), guest.room(4)
    iovs = guest.iovs(*[(0, 0)] * 1500, *[(data, 2)] * 1500)
    guest.must("fd_write", file, *iovs, result)
    assert guest.unpack("<I", result) == (2048,)
    assert guest.read(file, 4096, offset=0) == b"ab" * 1024
    guest.seek(file, 0)
    guest.must("fd_read", file, *iovs, result)
    assert guest.unpack("<I", result) == (2048,)


def test_no_buffers(guest: Guest, file: int) -> None:
    result = guest.room(4)
    for name in ("fd_read", "fd_write"):
        assert guest.call(name, file, 0, 0, result) == 0
        assert guest.unpack("<I", result) == (0,)


def test_bad_buffers_have_no_effect(guest: Guest, file: int) -> None:
    result, end = guest.room(4), guest.memory_size
    good = guest.put(b"good")
    for bad in ((end - 3, 4), (0, 2**32 - 1), (2**32 - 1, 2), (end, 1)):
        for name in ("fd_read", "fd_write"):
            assert guest.call(name, file, *guest.iovs((good, 4), bad), result) == e.EFAULT
    iovs = guest.iovs((good, 4))
    assert guest.call("fd_write", file, iovs[0], 2**31, result) == e.EFAULT
    assert guest.call("fd_write", file, end - 4, 1, result) == e.EFAULT
    assert guest.call("fd_write", file, *iovs, end - 3) == e.EFAULT
    assert guest.tell(file) == 0
    assert guest.read(file) == b"0123456789"


def test_buffers_may_overlap_each_other_and_the_list(guest: Guest, file: int) -> None:
    buffer, result = guest.put(b"________"), guest.room(4)
    guest.must("fd_read", file, *guest.iovs((buffer, 6), (buffer + 2, 4)), result)
    assert guest.read_memory(buffer, 8) == b"016789__"
    iovs = guest.put(b"")
    guest.written.append((iovs, 16))
    guest.write_memory(iovs, iovs.to_bytes(4, "little") + (16).to_bytes(4, "little"))
    guest.must("fd_pread", file, iovs, 1, 0, result)
    assert guest.read_memory(iovs, 10) == b"0123456789"


@pytest.mark.parametrize("offset", [2**63, 2**64 - 1])
def test_offsets_beyond_63_bits(guest: Guest, file: int, offset: int) -> None:
    data, result = guest.put(b"x"), guest.room(4)
    for name in ("fd_pread", "fd_pwrite"):
        assert guest.call(name, file, *guest.iovs((data, 1)), offset, result) == e.EINVAL


def test_how_it_was_opened_decides(guest: Guest, file: int) -> None:
    reader, writer = guest.open("file", rights=READ), guest.open("file", rights=WRITE)
    data, result = guest.put(b"x"), guest.room(4)
    iovs = guest.iovs((data, 1))
    for fd, allowed in ((reader, "read"), (writer, "write"), (3, ""), (0, "read"), (1, "write")):
        for verb in ("read", "write"):
            assert guest.call(f"fd_{verb}", fd, *iovs, result) == (0 if verb == allowed else e.EBADF)


def test_streams_have_no_position(guest: Guest) -> None:
    data, result = guest.put(b"x"), guest.room(8)
    iovs = guest.iovs((data, 1))
    assert guest.call("fd_pread", 0, *iovs, 0, result) == e.ESPIPE
    assert guest.call("fd_pread", 1, *iovs, 0, result) == e.EBADF
    assert guest.call("fd_pwrite", 1, *iovs, 0, result) == e.ESPIPE
    assert guest.call("fd_pwrite", 0, *iovs, 0, result) == e.EBADF
    for fd, errno in ((0, e.ESPIPE), (2, e.ESPIPE), (3, e.EBADF), (9, e.EBADF)):
        assert guest.call("fd_seek", fd, 0, 0, result) == errno
        assert guest.call("fd_tell", fd, result) == errno


def test_pipes(make_guest: MakeGuest, pipe: tuple[int, int]) -> None:
    guest = make_guest(stdin=pipe[0], stdout=pipe[1])
    assert guest.write(1, b"through the pipe") == 16
    assert guest.read(0, 11) == b"through the"
    assert guest.read(0) == b" pipe"
    os.close(pipe[1])
    assert guest.read(0) == b""


def test_a_pipe_without_reader(make_guest: MakeGuest, pipe: tuple[int, int]) -> None:
    guest = make_guest(stdout=pipe[1])
    os.close(pipe[0])
    with pytest.raises(WasiFailure) as caught:
        guest.write(1, b"lost")
    assert caught.value.errno == e.EPIPE


def test_nothing_to_read_without_waiting(make_guest: MakeGuest, pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[0], False)
    guest = make_guest(stdin=pipe[0])
    with pytest.raises(WasiFailure) as caught:
        guest.read(0)
    assert caught.value.errno == e.EAGAIN


def test_signals_do_not_end_a_read(make_guest: MakeGuest, pipe: tuple[int, int]) -> None:
    def on_alarm(*_: object) -> None:
        os.write(pipe[1], b"after the signal")

    guest = make_guest(stdin=pipe[0])
    before = signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    try:
        assert guest.read(0) == b"after the signal"
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_stream_from_a_file_goes_on_where_the_host_was(make_guest: MakeGuest, folder: Path) -> None:
    (folder / "input").write_bytes(b"header body")
    host = os.open(folder / "input", os.O_RDONLY)
    os.lseek(host, 7, os.SEEK_SET)
    guest = make_guest(stdin=host)
    assert guest.read(0) == b"body"
    assert guest.read(0) == b""
    guest.close(0)
    assert os.read(host, 1) == b""  # the host's own is still open
    os.close(host)


def test_closing_frees_the_lowest_number(guest: Guest, folder: Path) -> None:
    guest.close(1)
    assert guest.call("fd_write", 1, *guest.iovs((0, 1)), guest.room(4)) == e.EBADF
    assert guest.open("out", CREAT, rights=WRITE) == 1
    guest.write(1, b"printed")
    assert (folder / "out").read_bytes() == b"printed"
    assert guest.open("out") == 4
    guest.close(0)
    guest.close(4)
    assert [guest.open("out"), guest.open("out"), guest.open("out")] == [0, 4, 5]
    assert guest.call("fd_close", 6) == e.EBADF
    assert guest.call("fd_close", 2**32 - 1) == e.EBADF


def test_closing_closes_the_hosts(guest: Guest, file: int) -> None:
    descriptor = guest.wasi.descriptors.get(file)
    guest.close(file)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor.host)


def test_renumber(guest: Guest, file: int) -> None:
    guest.must("fd_renumber", file, 1)
    assert guest.read(1, 3) == b"012"
    assert guest.call("fd_tell", file, guest.room(8)) == e.EBADF
    guest.must("fd_renumber", 1, 1)
    assert guest.read(1, 3) == b"345"
    for source, target in ((file, 1), (1, file), (1, 2**31), (99, 99)):
        assert guest.call("fd_renumber", source, target) == e.EBADF
    replaced = guest.wasi.descriptors.get(1)
    guest.must("fd_renumber", 3, 1)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(replaced.host)
    assert guest.prestat(1) == (0, 5)
    assert guest.open("file", fd=1) == 3


def test_streams_that_the_host_has_closed(folder: Path) -> None:
    """Their numbers must not be taken by files, which would then be mistaken for the streams."""
    script = f"""
import os
from mvvm.runtime.wasi import Wasi
for host in range(3):
    os.close(host)
wasi = Wasi([], {{}}, [({str(folder)!r}, "/")])
hosts = [descriptor.host for descriptor in wasi.descriptors.slots]
status = os.stat(os.devnull).st_rdev
os._exit(10 if hosts == [0, 1, 2, 3] and all(os.fstat(h).st_rdev == status for h in range(3)) else 20)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 10
