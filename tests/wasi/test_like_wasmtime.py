"""The same calls on wasmtime: the outcomes must be equal, but for the differences listed at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from mvvm.runtime.wasi import Wasi
from mvvm.runtime.wasi import errno as e
from mvvm.runtime.wasi import types as t
from tests.wasi.guest import (
    CREAT,
    DIRECTORY,
    READ,
    WRITE,
    AbstractGuest,
    Guest,
    WasiFailure,
    clock_subscription,
    fd_subscription,
)
from tests.wasi.wasmtime_guest import WasmtimeGuest

Action = Callable[..., object]


class Pair:
    """A guest on wasmtime and one on mvvm, each in a folder of its own with the same content."""

    def __init__(self, folder: Path, null: int) -> None:
        for name in ("wasmtime", "mvvm"):
            _fill(folder / name)
        args, env, preopens = ["program", "-v", ""], {"A": "1", "EMPTY": ""}, [(str(folder / "mvvm"), "/data")]
        self.ours = Guest(Wasi(args, env, preopens, null, null, null))
        self.theirs = WasmtimeGuest(folder / "wasmtime")

    def outcomes(self, action: Action, *values: object) -> tuple[object, object]:
        """What an action gives on wasmtime and on mvvm: a value, or an errno as `"errno 8"`."""
        results: list[object] = []
        for guest in (self.theirs, self.ours):
            guest.release()
            try:
                results.append(action(guest, *values))
            except WasiFailure as failure:
                results.append(f"errno {failure.errno}")
        return results[0], results[1]

    def same(self, *actions: Action) -> None:
        for action in actions:
            theirs, ours = self.outcomes(action)
            assert ours == theirs

    def same_for(self, values: Iterable[object], *actions: Action) -> None:
        """Actions with each of `values` as their second argument."""
        for value in values:
            for action in actions:
                theirs, ours = self.outcomes(action, value)
                assert ours == theirs, value

    def same_calls(self, *calls: tuple[str, list[int]]) -> None:
        """Calls by name and arguments, of which only the errno matters."""
        self.same_for(calls, lambda g, call: g.call(call[0], *call[1]))


def _fill(folder: Path) -> None:
    (folder / "dir" / "inner").mkdir(parents=True)
    (folder / "file").write_text("0123456789")
    (folder / "other").write_text("x")
    os.mkfifo(folder / "queue")
    for name, target in {
        "link": "file",
        "link_dir": "dir",
        "up": "../..",
        "absolute": "/etc",
        "dangling": "new",
        "loop": "loop",
    }.items():
        (folder / name).symlink_to(target)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    null = os.open(os.devnull, os.O_RDWR)
    pair = Pair(tmp_path, null)
    yield pair
    pair.ours.wasi.close()
    os.close(null)


PATHS = [
    *("file", "link", "dir", "link_dir", "up", "absolute", "dangling", "loop", "missing", ".", "..", "/", "/etc", ""),
    *("file/", "link/", "dir/", "link_dir/", "up/", "dir/..", "dir/../file", "file/../file", "dir/./inner", "file/x"),
    *("missing/x", "dir/../..", "up/x", "absolute/x", "./", "dir//inner", "x" * 300, "x" * 5000, "a\0b", "é"),
]


def _identity(stat: tuple[int, ...]) -> tuple[int, ...]:
    """Attributes without device, inode (wasmtime hashes them) and times (of two folders)."""
    return stat[2:5]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("follow", [0, 1])
def test_lookups(pair: Pair, path: str, follow: int) -> None:
    pair.same(
        lambda g: _identity(g.filestat(path, follow=follow)),
        lambda g: g.readlink(path),
        lambda g: g.fdstat(g.open(path, follow=follow)),
        lambda g: g.set_times(path, 1, 2, t.ATIM | t.MTIM, follow=follow),
    )


@pytest.mark.parametrize("rights", [0, READ, WRITE, READ | WRITE])
@pytest.mark.parametrize("oflags", range(16))
@pytest.mark.parametrize("follow", [0, 1])
def test_opening(pair: Pair, rights: int, oflags: int, follow: int) -> None:
    pair.same_for(
        ["file", "link", "dir", "dangling", "missing", "loop"],
        lambda g, path: g.fdstat(g.open(path, oflags, rights=rights, follow=follow)),
    )
    pair.same(lambda g: _identity(g.filestat("file")), lambda g: sorted(x.name for x in g.entries(3)))


@pytest.mark.parametrize("path", PATHS)
def test_changing_folders(pair: Pair, path: str) -> None:
    pair.same(
        lambda g: g.mkdir(path),
        lambda g: g.link(path, "linked"),
        lambda g: g.rename("other", path),
        lambda g: g.rename("dir/inner", path),
        lambda g: g.rename(path, "renamed"),
        lambda g: sorted((x.type, x.name) for x in g.entries(3)),
    )


@pytest.mark.parametrize("path", [path for path in PATHS if not path.endswith("/")])
def test_names_without_a_trailing_slash(pair: Pair, path: str) -> None:
    """With one there are DIFFERENCES."""
    pair.same(
        lambda g: g.symlink("target", path),
        lambda g: g.link("file", path),
        lambda g: g.rmdir(path),
        lambda g: g.unlink(path),
        lambda g: g.symlink(path, "fresh"),
        lambda g: sorted((x.type, x.name) for x in g.entries(3)),
    )


def test_bytes_that_are_no_text(pair: Pair) -> None:
    pair.same(
        lambda g: g.open(b"\xff"),
        lambda g: g.filestat(b"a\xc3"),
        lambda g: g.mkdir(b"\xff"),
        lambda g: g.symlink(b"\xff", "new"),
    )


def test_descriptors(pair: Pair) -> None:
    pair.same_for(range(5), lambda g, fd: g.fdstat(fd), lambda g, fd: g.prestat(fd))
    pair.same_for([4, 5, 6], lambda g, size: g.prestat_name(3, size))
    pair.same(lambda g: g.filestat(0), lambda g: _identity(g.filestat(3)), lambda g: g.filestat(99))
    pair.same(
        lambda g: g.open("file", rights=READ | WRITE),
        lambda g: g.open("file", rights=READ, fdflags=t.APPEND),
        lambda g: g.open("dir", DIRECTORY),
        lambda g: g.open("file", fd=4),
        lambda g: g.open("file", fd=1),
        lambda g: g.open("file", fd=99),
        lambda g: g.open("inner", fd=6),
        lambda g: g.open("..", fd=6),
    )
    for fd in (0, 1, 3, 4, 5, 6, 99):
        pair.same_calls(
            ("fd_advise", [fd, 0, 10, 0]),
            ("fd_datasync", [fd]),
            ("fd_sync", [fd]),
            ("fd_fdstat_set_flags", [fd, t.APPEND | t.NONBLOCK]),
            ("fd_fdstat_set_flags", [fd, t.SYNC]),
            ("fd_fdstat_set_flags", [fd, 0]),
            ("fd_fdstat_set_rights", [fd, 0, 0]),
            ("fd_filestat_set_size", [fd, 5]),
            ("fd_filestat_set_size", [fd, 1 << 63]),
            ("fd_filestat_set_times", [fd, 1, 2, t.ATIM | t.MTIM]),
            ("fd_filestat_set_times", [fd, 1, 2, t.ATIM | t.ATIM_NOW]),
            ("sock_accept", [fd, 0, 64]),
            ("sock_recv", [fd, 64, 0, 0, 64, 68]),
            ("sock_send", [fd, 64, 0, 0, 64]),
            ("sock_shutdown", [fd, 1]),
        )
    pair.same_for(range(8), lambda g, fd: g.fdstat(fd), lambda g, fd: g.prestat_name(fd, 5))
    pair.same(lambda g: g.filestat(4)[2:7])


def test_renumbering_and_closing(pair: Pair) -> None:
    pair.same(lambda g: g.open("file"), lambda g: g.open("other"))
    pairs = [(4, 99), (99, 4), (5, 5), (5, 4), (5, 5), (3, 1), (1, 1 << 31)]
    pair.same_calls(*(("fd_renumber", list(numbers)) for numbers in pairs))
    pair.same(lambda g: g.read(4), lambda g: g.prestat(1), lambda g: g.prestat(3))
    pair.same_calls(*(("fd_close", [fd]) for fd in (4, 4, 1, 0, 99)))


@pytest.mark.parametrize("fd", [0, 1, 3, 4, 5, 6, 99])
def test_reading_and_writing(pair: Pair, fd: int) -> None:
    pair.same(
        lambda g: g.open("file", rights=READ | WRITE),
        lambda g: g.open("other", rights=READ),
        lambda g: g.open("new", CREAT, rights=WRITE),
    )
    pair.same_for(
        [None, 0, 2, 100, (1 << 63) - 1],
        lambda g, offset: g.write(fd, b"data", offset),
        lambda g, offset: g.read(fd, 3, offset),
    )
    pair.same_for(
        [(0, 0), (3, 0), (-1, 1), (-100, 1), (2, 2), (-100, 2), (-1, 0), (1 << 40, 0)],
        lambda g, seek: g.seek(fd, *seek),
        lambda g, _: g.tell(fd),
    )
    pair.same(lambda g: g.write(4, b"data", 1 << 63), lambda g: g.read(4, 3, 1 << 63))
    pair.same_calls(("fd_fdstat_set_flags", [4, t.APPEND]))
    pair.same(
        lambda g: g.write(4, b"end"),
        lambda g: g.tell(4),
        lambda g: g.write(4, b"end", 0),
        lambda g: g.tell(4),
        lambda g: g.read(4, 100, 0),
        lambda g: g.filestat(4).size,
    )


@pytest.mark.parametrize("size", [0, 1, 24, 25, 60, 100, 300, 4096])
def test_listing(pair: Pair, size: int) -> None:
    pair.same_for([0, 1, 100, 1 << 63], lambda g, cookie: g.readdir(3, size, cookie)[0])
    pair.same(lambda g: g.open("dir"), lambda g: g.open("file"), lambda g: g.readdir(5, size))
    if size >= 60:  # the longest name fits
        pair.same(
            lambda g: sorted((entry.type, entry.name) for entry in g.entries(3, size)),
            lambda g: [entry.next for entry in g.entries(3, size)],
            lambda g: [entry.name for entry in g.entries(3, size)[:2]],
            lambda g: g.entries(4, size)[2].name,
        )


def test_times(pair: Pair) -> None:
    pair.same_for(range(16), lambda g, flags: g.set_times("file", 111, 222, flags))
    pair.same(lambda g: g.set_times("file", (1 << 33) * 10**9 + 1, 3, t.ATIM | t.MTIM))
    pair.same(lambda g: g.filestat("file")[5:7])
    pair.same(lambda g: g.set_times("up", 5, 6, t.ATIM | t.MTIM, follow=0))
    pair.same(lambda g: g.filestat("up", follow=0)[5:7])


def test_polling(pair: Pair) -> None:
    pair.same(lambda g: g.open("file", rights=READ | WRITE), lambda g: g.open("dir"))
    subscriptions = [
        clock_subscription(7, 0, 1, 1),
        clock_subscription(7, 1, 1, 1),
        clock_subscription(7, 2, 0),
        clock_subscription(7, 3, 0),
        fd_subscription(7, 1, 1),
        fd_subscription(7, 2, 0),
        fd_subscription(7, 2, 1),
        fd_subscription(7, 2, 4),
        *(fd_subscription(7, tag, fd) for tag in (1, 2) for fd in (3, 5, 99)),
    ]
    later = clock_subscription(9, 0, 10**15)
    pair.same_for(subscriptions, lambda g, subscription: g.poll(subscription, later))
    pair.same(lambda g: g.poll(clock_subscription(1, 1, 1000), later), lambda g: g.poll())


def test_the_rest(pair: Pair) -> None:
    for name in ("args_sizes_get", "args_get", "environ_sizes_get", "environ_get"):
        pair.same_calls((name, [64, 1024]))
        pair.same(lambda g: g.read_memory(64, 8), lambda g: g.read_memory(1024, 64))
    pair.same_calls(("proc_raise", [6]), ("sched_yield", []), ("random_get", [64, 16]))
    pair.same_calls(("clock_time_get", [0, 0, 64]), ("clock_time_get", [1, 0, 64]), ("fd_allocate", [3, 0, 1]))


def _reopened(guest: AbstractGuest) -> int:
    for _ in range(2):
        guest.open("file")
    guest.close(4)
    guest.close(5)
    return guest.open("file")


# Where mvvm does more than wasmtime, or what Linux does: wasmtime's outcome, ours.
DIFFERENCES: dict[str, tuple[Action, object, object]] = {
    "CPU time": (lambda g: g.call("clock_res_get", 2, 64), e.EBADF, 0),
    "fd_allocate": (lambda g: g.call("fd_allocate", g.open("file", rights=WRITE), 0, 1), e.ENOTSUP, 0),
    "sync": (lambda g: g.open("file", rights=WRITE, fdflags=t.SYNC), f"errno {e.ENOTSUP}", 4),
    "rmdir dir/": (lambda g: g.rmdir("dir/inner/"), f"errno {e.EINVAL}", None),
    "unlink link_dir/": (lambda g: g.unlink("link_dir/"), f"errno {e.EISDIR}", f"errno {e.ENOTDIR}"),
    "symlink file/": (lambda g: g.symlink("x", "file/"), f"errno {e.ENOTDIR}", f"errno {e.EEXIST}"),
    "link file/": (lambda g: g.link("other", "file/"), f"errno {e.ENOTDIR}", f"errno {e.EEXIST}"),
    "far seek": (lambda g: g.seek(g.open("file"), 2**63 - 1), 2**63 - 1, f"errno {e.EINVAL}"),
    "lowest number": (_reopened, 5, 4),
    "nbytes": (lambda g: g.poll(fd_subscription(0, 1, g.open("file")))[0].nbytes, 1, 10),
    "all events": (lambda g: len(g.poll(fd_subscription(0, 2, 1), clock_subscription(0, 1, 0))), 1, 2),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_differences(pair: Pair, name: str) -> None:
    action, theirs, ours = DIFFERENCES[name]
    assert pair.outcomes(action) == (theirs, ours)
