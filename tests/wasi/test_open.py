"""Opening by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mvvm.runtime.wasi import errno as e
from mvvm.runtime.wasi import types as t
from mvvm.runtime.wasi.descriptors import Directory, File
from tests.wasi.guest import CREAT, DIRECTORY, EXCL, READ, TRUNC, WRITE, Guest, WasiFailure

pytestmark = pytest.mark.usefixtures("resolver")


@pytest.fixture(autouse=True)
def tree(folder: Path) -> None:
    (folder / "file").write_text("content")
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "sub" / "inner").write_text("inner")
    (folder / "link").symlink_to("sub/inner")
    (folder / "sub" / "back").symlink_to("../file")
    (folder / "to_sub").symlink_to("sub/")
    (folder / "dangling").symlink_to("sub/new")


def _errno(guest: Guest, path: str | bytes, oflags: int = 0, **how: int) -> int:
    with pytest.raises(WasiFailure) as caught:
        guest.open(path, oflags, **how)
    return caught.value.errno


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("file", b"content"),
        ("./sub/.//inner", b"inner"),
        ("sub/../file", b"content"),
        ("sub/deep/../../file", b"content"),
        ("link", b"inner"),
        ("to_sub/inner", b"inner"),
        ("to_sub/back", b"content"),
        ("sub/deep/../../to_sub/../link", b"inner"),
    ],
)
def test_paths(guest: Guest, path: str, content: bytes) -> None:
    assert guest.read(guest.open(path)) == content


@pytest.mark.parametrize("path", [".", "sub", "sub/", "sub/.", "sub/deep/..", "to_sub", "to_sub/", "./"])
def test_paths_of_folders(guest: Guest, path: str) -> None:
    for flags in (0, DIRECTORY):
        assert guest.fdstat(guest.open(path, flags)).filetype == t.DIRECTORY


@pytest.mark.parametrize(
    ("path", "errno"),
    [
        ("", e.ENOENT),
        ("missing", e.ENOENT),
        ("missing/x", e.ENOENT),
        ("file/", e.ENOTDIR),
        ("file/.", e.ENOTDIR),
        ("file/..", e.ENOTDIR),
        ("link/", e.ENOTDIR),
        ("dangling", e.ENOENT),
        ("a\0b", e.EINVAL),
        (b"\xff\xfe", e.EILSEQ),
        ("x" * 256, e.ENAMETOOLONG),
        ("x" * 4096, e.ENAMETOOLONG),
        ("./" * 2048, e.ENAMETOOLONG),
    ],
)
def test_paths_that_fail(guest: Guest, path: str | bytes, errno: int) -> None:
    assert _errno(guest, path) == errno


def test_the_longest_path(guest: Guest) -> None:
    path = "./" * 2045 + "/file"
    assert len(path) == 4095
    assert guest.read(guest.open(path)) == b"content"


def test_loops_of_links(guest: Guest, folder: Path) -> None:
    (folder / "loop").symlink_to("loop")
    (folder / "ping").symlink_to("pong/x")
    (folder / "pong").symlink_to("ping/x")
    for path in ("loop", "loop/x", "ping"):
        assert _errno(guest, path) == e.ELOOP
    for index in range(45):
        (folder / f"chain{index}").symlink_to(f"chain{index + 1}")
    (folder / "chain45").write_text("end")
    assert guest.read(guest.open("chain6")) == b"end"
    assert _errno(guest, "chain4") == e.ELOOP


def test_links_are_not_followed_unless_asked_for(guest: Guest) -> None:
    assert _errno(guest, "link", follow=0) == e.ELOOP
    assert _errno(guest, "to_sub", DIRECTORY, follow=0) == e.ELOOP
    assert _errno(guest, "file", DIRECTORY, follow=0) == e.ENOTDIR
    assert guest.read(guest.open("to_sub/inner", follow=0)) == b"inner"
    assert guest.open("to_sub/", DIRECTORY, follow=0)


def test_making_files(guest: Guest, folder: Path) -> None:
    guest.write(guest.open("sub/made", CREAT, rights=WRITE), b"x")
    assert (folder / "sub" / "made").read_bytes() == b"x"
    guest.write(guest.open("dangling", CREAT, rights=WRITE), b"through a link")
    assert (folder / "sub" / "new").read_bytes() == b"through a link"
    guest.open("sub/only", CREAT | EXCL, rights=WRITE)
    for path in ("sub/only", "link", "sub", "dangling"):
        assert _errno(guest, path, CREAT | EXCL, rights=WRITE) == e.EEXIST
    assert _errno(guest, "sub/made/", CREAT, rights=WRITE) in (e.EISDIR, e.ENOTDIR)
    assert _errno(guest, "sub/fresh/", CREAT, rights=WRITE) in (e.EISDIR, e.ENOENT)
    assert not (folder / "sub" / "fresh").exists()


def test_emptying_files(guest: Guest, folder: Path) -> None:
    guest.open("file", TRUNC, rights=WRITE)
    assert (folder / "file").read_bytes() == b""


def test_folders_are_not_written(guest: Guest) -> None:
    assert _errno(guest, "sub", rights=READ | WRITE) == e.EISDIR
    assert _errno(guest, "sub", CREAT) == e.EISDIR
    for flags in (CREAT, EXCL, TRUNC):
        assert _errno(guest, "sub", DIRECTORY | flags) == e.EINVAL


def test_unknown_flags(guest: Guest) -> None:
    assert _errno(guest, "file", 16) == e.EINVAL
    assert _errno(guest, "file", fdflags=32) == e.EINVAL
    assert _errno(guest, "file", follow=2) == e.EINVAL
    assert _errno(guest, "file", rights=1 << 30) == e.EINVAL


def test_what_is_no_folder(guest: Guest) -> None:
    assert _errno(guest, "file", fd=guest.open("file")) == e.ENOTDIR
    assert _errno(guest, "file", fd=1) == e.EBADF
    assert _errno(guest, "file", fd=77) == e.EBADF


def test_a_bad_address_for_the_result_opens_nothing(guest: Guest, folder: Path) -> None:
    arguments = (3, 1, *guest.text("never"), CREAT, WRITE, 0, 0, guest.memory_size - 3)
    assert guest.call("path_open", *arguments) == e.EFAULT
    assert not (folder / "never").exists()


def test_descriptors_know_where_they_come_from(guest: Guest, folder: Path) -> None:
    opened = guest.open("sub", DIRECTORY)
    directory = guest.wasi.descriptors.get(opened)
    assert isinstance(directory, Directory)
    assert (directory.preopen.host_path, directory.preopen.guest_path) == (str(folder), b"/data")
    assert directory.path == b"sub"
    file = guest.wasi.descriptors.get(guest.open("inner", fd=opened, fdflags=t.APPEND))
    assert isinstance(file, File)
    assert (file.preopen, file.path, file.flags) == (directory.preopen, b"sub/inner", t.APPEND)


def test_opening_a_fifo_does_not_wait(guest: Guest, folder: Path) -> None:
    os.mkfifo(folder / "queue")
    assert _errno(guest, "queue", rights=WRITE) == e.ENXIO
    reader = guest.open("queue")
    assert guest.read(reader) == b""
    writer = guest.open("queue", rights=WRITE)
    guest.write(writer, b"queued")
    assert guest.read(reader) == b"queued"
    assert guest.fdstat(reader).filetype == t.UNKNOWN
    # It waits for data as any program expects, unless it asked not to.
    assert os.get_blocking(guest.wasi.descriptors.get(reader).host)
    assert not os.get_blocking(guest.wasi.descriptors.get(guest.open("queue", fdflags=t.NONBLOCK)).host)


def test_closing_leaves_nothing_open(guest: Guest) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for path in ("file", "sub/deep/../../to_sub/../link", "sub", "to_sub/back"):
        guest.close(guest.open(path))
    for path in ("missing/x", "sub/deep/missing", "sub/../../x", "file/x"):
        _errno(guest, path)
    assert len(os.listdir("/proc/self/fd")) == before
