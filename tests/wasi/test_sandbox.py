"""No path leads out of the folder that was granted."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mvvm.runtime.wasi import Wasi
from mvvm.runtime.wasi import errno as e
from mvvm.runtime.wasi import types as t
from tests.wasi.guest import CREAT, DIRECTORY, WRITE, Guest, WasiFailure

pytestmark = pytest.mark.usefixtures("resolver")

ESCAPES = [
    "..",
    "../",
    "../outside/secret",
    "../data/file",
    "sub/../../outside/secret",
    "sub/../..",
    "./../outside",
    "/",
    "//",
    "/etc/passwd",
    "{outside}/secret",
    "absolute/secret",
    "absolute_file",
    "up/secret",
    "up_file",
    "sub/up",
    "sub/up/secret",
    "chain",
    "chain/secret",
    "to_sub/../../outside/secret",
    "up/../data/file",
    "dangling_out",
]


@pytest.fixture(autouse=True)
def tree(folder: Path) -> Iterator[None]:
    outside = folder.parent / "outside"
    (folder / "file").write_text("inside")
    (folder / "sub").mkdir()
    (folder / "absolute").symlink_to(outside)
    (folder / "absolute_file").symlink_to(outside / "secret")
    (folder / "up").symlink_to("../outside")
    (folder / "up_file").symlink_to("../outside/secret")
    (folder / "sub" / "up").symlink_to("../../outside")
    (folder / "to_sub").symlink_to("sub")
    (folder / "chain").symlink_to("to_sub/up")
    (folder / "dangling_out").symlink_to("../outside/new")
    (outside / "empty").mkdir()
    yield
    assert sorted(os.listdir(outside)) == ["empty", "secret"]
    assert (outside / "secret").read_text() == "secret"
    assert (outside / "secret").stat().st_nlink == 1
    assert (outside / "secret").stat().st_mtime_ns > 10


def _operations(guest: Guest, path: str) -> dict[str, Callable[[], object]]:
    """Everything that could touch what a path leads to."""
    return {
        "open": lambda: guest.open(path),
        "open folder": lambda: guest.open(path, DIRECTORY),
        "write": lambda: guest.open(path, CREAT | t.TRUNC, rights=WRITE),
        "stat": lambda: guest.filestat(path),
        "set times": lambda: guest.set_times(path, 1, 1, t.ATIM | t.MTIM),
        "mkdir below": lambda: guest.mkdir(path + "/new"),
        "rmdir below": lambda: guest.rmdir(path + "/empty"),
        "unlink below": lambda: guest.unlink(path + "/secret"),
        "symlink below": lambda: guest.symlink("x", path + "/new"),
        "readlink below": lambda: guest.readlink(path + "/secret"),
        "link from below": lambda: guest.link(path + "/secret", "stolen"),
        "link to below": lambda: guest.link("file", path + "/new"),
        "rename from below": lambda: guest.rename(path + "/secret", "stolen"),
        "rename to below": lambda: guest.rename("file", path + "/new"),
        "create below": lambda: guest.open(path + "/new", CREAT, rights=WRITE),
        "stat below": lambda: guest.filestat(path + "/secret", follow=0),
        "set times below": lambda: guest.set_times(path + "/secret", 1, 1, t.MTIM, follow=0),
    }


@pytest.mark.parametrize("path", ESCAPES)
def test_escapes(guest: Guest, folder: Path, path: str) -> None:
    path = path.format(outside=folder.parent / "outside")
    for name, operation in _operations(guest, path).items():
        with pytest.raises(WasiFailure) as caught:
            operation()
        assert caught.value.errno == e.EPERM, name
        guest.release()
    assert not (folder / "stolen").exists()


@pytest.mark.parametrize("path", ["..", "../outside", "sub/../..", "/", "/x", "/tmp/", "up/", "up/.", "sub/up/.."])
def test_the_last_name_does_not_lead_out_either(guest: Guest, path: str) -> None:
    operations: dict[str, Callable[[], object]] = {
        "mkdir": lambda: guest.mkdir(path),
        "rmdir": lambda: guest.rmdir(path),
        "unlink": lambda: guest.unlink(path),
        "symlink": lambda: guest.symlink("x", path),
        "readlink": lambda: guest.readlink(path),
        "link": lambda: guest.link(path, "stolen"),
        "link to": lambda: guest.link("file", path),
        "rename": lambda: guest.rename(path, "stolen"),
        "rename to": lambda: guest.rename("sub", path),
        "stat": lambda: guest.filestat(path, follow=0),
    }
    for name, operation in operations.items():
        with pytest.raises(WasiFailure) as caught:
            operation()
        # A link with a trailing slash is itself there, and no folder.
        own = (e.EEXIST, e.ENOTDIR) if path == "up/" else ()
        assert caught.value.errno in (e.EPERM, *own), name


def test_a_link_that_leads_out_can_be_looked_at_and_removed(guest: Guest, folder: Path) -> None:
    assert guest.filestat("up", follow=0).filetype == t.SYMBOLIC_LINK
    assert guest.readlink("up") == b"../outside"
    guest.set_times("up", 3, 4, t.ATIM | t.MTIM, follow=0)
    guest.rename("up", "sub/moved")
    guest.unlink("sub/moved")
    assert not (folder / "up").is_symlink()


def test_links_that_a_guest_makes_lead_nowhere(guest: Guest) -> None:
    with pytest.raises(WasiFailure) as caught:
        guest.symlink("/etc", "absolute2")
    assert caught.value.errno == e.EPERM
    guest.symlink("../../outside/secret", "sub/up2")
    with pytest.raises(WasiFailure) as caught:
        guest.open("sub/up2")
    assert caught.value.errno == e.EPERM


def test_a_folder_that_was_moved_out_is_its_own_world(guest: Guest, folder: Path) -> None:
    sub = guest.open("sub", DIRECTORY)
    (folder / "sub").rename(folder.parent / "away")
    for path in ("..", "../outside/secret", "up/secret"):
        with pytest.raises(WasiFailure) as caught:
            guest.open(path, fd=sub)
        assert caught.value.errno == e.EPERM


def test_magic_links_are_not_followed(folder: Path) -> None:
    """Those of /proc jump to files without a path."""
    secret = os.open(folder.parent / "outside" / "secret", os.O_RDONLY)
    null = os.open(os.devnull, os.O_RDWR)
    wasi = Wasi([], {}, [("/proc", "/proc")], null, null, null)
    guest = Guest(wasi)
    for path in (f"self/fd/{secret}", "self/root", "self/cwd", "self/exe", "self/root/etc"):
        for flags in (0, DIRECTORY):
            with pytest.raises(WasiFailure) as caught:
                guest.open(path.replace("self", str(os.getpid())), flags)
            assert caught.value.errno in (e.EPERM, e.ELOOP)
    wasi.close()
    os.close(secret)
    os.close(null)


def _swap(folder: Path, stop: threading.Event) -> None:
    """Keep replacing the folder `swapped` by a link to outside and back."""
    while not stop.is_set():
        os.rename(folder / "swapped", folder / "aside")
        os.rename(folder / "swapped_link", folder / "swapped")
        os.rename(folder / "swapped", folder / "swapped_link")
        os.rename(folder / "aside", folder / "swapped")


@pytest.mark.parametrize("target", ["../outside", "absolute"])
def test_races(guest: Guest, folder: Path, target: str) -> None:
    (folder / "swapped").mkdir()
    (folder / "swapped" / "secret").write_text("inside")
    (folder / "swapped_link").symlink_to(folder.parent / "outside" if target == "absolute" else target)
    stop = threading.Event()
    thread = threading.Thread(target=_swap, args=(folder, stop))
    thread.start()
    seen = set()
    try:
        # More where the other thread has most of a busy machine: some attempt must find the folder itself.
        for attempt in range(30_000):
            if attempt >= 300 and 0 in seen:
                break
            for path in ("swapped/secret", "swapped/../swapped/secret", "sub/../swapped/secret"):
                guest.release()
                try:
                    fd = guest.open(path)
                except WasiFailure as failure:
                    seen.add(failure.errno)
                else:
                    seen.add(0)
                    assert guest.read(fd) == b"inside"
                    guest.close(fd)
            operations: list[Callable[[], None]] = [
                lambda: guest.close(guest.open("swapped/new", CREAT, rights=WRITE)),
                lambda: guest.mkdir("swapped/folder"),
                lambda: guest.unlink("swapped/folder"),
                lambda: guest.set_times("swapped/secret", 1, 1, t.MTIM),
                lambda: guest.link("file", "swapped/linked"),
            ]
            for operation in operations:
                try:
                    operation()
                except WasiFailure as failure:
                    seen.add(failure.errno)
    finally:
        stop.set()
        thread.join()
    allowed = {0, e.EPERM, e.ENOENT, e.ENOTDIR, e.ELOOP, e.EEXIST, e.EISDIR, e.EAGAIN}
    assert 0 in seen
    assert seen <= allowed
