"""Files and folders by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mvvm.runtime.wasi import errno as e
from mvvm.runtime.wasi import types as t
from tests.wasi.guest import Guest, WasiFailure

pytestmark = pytest.mark.usefixtures("resolver")


@pytest.fixture(autouse=True)
def tree(folder: Path) -> None:
    (folder / "file").write_text("content")
    (folder / "sub").mkdir()
    (folder / "sub" / "inner").write_text("inner")
    (folder / "link").symlink_to("sub/inner")
    (folder / "to_sub").symlink_to("sub")


def _errno(function: str, guest: Guest, *arguments: object, **how: int) -> int:
    with pytest.raises(WasiFailure) as caught:
        getattr(guest, function)(*arguments, **how)
    return caught.value.errno


def test_attributes(guest: Guest, folder: Path) -> None:
    host = os.stat(folder / "sub" / "inner")
    times = (host.st_atime_ns, host.st_mtime_ns, host.st_ctime_ns)
    expected = (host.st_dev, host.st_ino, t.REGULAR_FILE, 1, 5, *times)
    for path in ("sub/inner", "link", "to_sub/inner", "sub/../link"):
        assert guest.filestat(path) == expected
    link = guest.filestat("link", follow=0)
    assert (link.filetype, link.size, link.ino) == (t.SYMBOLIC_LINK, 9, os.lstat(folder / "link").st_ino)
    assert guest.filestat("to_sub", follow=0).filetype == t.SYMBOLIC_LINK
    assert guest.filestat("to_sub/", follow=0).filetype == t.DIRECTORY
    assert guest.filestat(".").ino == folder.stat().st_ino
    os.mkfifo(folder / "queue")
    assert guest.filestat("queue").filetype == t.UNKNOWN
    assert _errno("filestat", guest, "missing") == e.ENOENT
    assert _errno("filestat", guest, "file/") == e.ENOTDIR
    assert _errno("filestat", guest, "file", follow=2) == e.EINVAL
    assert _errno("filestat", guest, "file", fd=guest.open("file")) == e.EBADF


def test_times(guest: Guest, folder: Path) -> None:
    before = os.lstat(folder / "link").st_mtime_ns
    guest.set_times("link", 1_000_000_001, 2_000_000_002, t.ATIM | t.MTIM)
    assert guest.filestat("sub/inner")[5:7] == (1_000_000_001, 2_000_000_002)
    assert os.lstat(folder / "link").st_mtime_ns == before
    guest.set_times("link", 3, 4, t.ATIM | t.MTIM, follow=0)
    assert guest.filestat("link", follow=0)[5:7] == (3, 4)
    guest.set_times("sub", 0, 5, t.MTIM)
    assert guest.filestat("sub").mtim == 5
    guest.set_times("sub", 0, 0, t.MTIM_NOW)
    assert guest.filestat("sub").mtim > 1_600_000_000_000_000_000
    os.chmod(folder / "file", 0)
    guest.set_times("file", 7, 0, t.ATIM)
    assert guest.filestat("file").atim == 7
    assert _errno("set_times", guest, "file", 0, 0, t.ATIM | t.ATIM_NOW) == e.EINVAL
    assert _errno("set_times", guest, "missing", 0, 0, t.ATIM) == e.ENOENT


def test_folders(guest: Guest, folder: Path) -> None:
    guest.mkdir("new")
    guest.mkdir("new/slash/")
    guest.mkdir("to_sub/through")
    assert (folder / "new" / "slash").is_dir()
    assert (folder / "sub" / "through").is_dir()
    for path in ("new", "file", "link", "to_sub", "to_sub/", ".", "sub/..", "sub/."):
        assert _errno("mkdir", guest, path) == e.EEXIST
    assert _errno("mkdir", guest, "missing/x") == e.ENOENT
    assert _errno("mkdir", guest, "") == e.ENOENT
    assert _errno("mkdir", guest, "file/x") == e.ENOTDIR
    guest.rmdir("new/slash/")
    guest.rmdir("new")
    assert not (folder / "new").exists()
    assert _errno("rmdir", guest, "sub") == e.ENOTEMPTY
    assert _errno("rmdir", guest, "file") == e.ENOTDIR
    assert _errno("rmdir", guest, "to_sub") == e.ENOTDIR
    for path in (".", "sub/.", "sub/.."):
        assert _errno("rmdir", guest, path) == e.EINVAL


def test_links(guest: Guest, folder: Path) -> None:
    guest.symlink("anywhere/../x", "sub/made")
    assert os.readlink(folder / "sub" / "made") == "anywhere/../x"
    assert guest.readlink("sub/made") == b"anywhere/../x"
    assert guest.readlink("sub/made", 3) == b"any"
    assert guest.readlink("sub/made", 0) == b""
    assert guest.readlink("to_sub/made") == b"anywhere/../x"
    for path in ("file", "sub", ".", "to_sub/"):
        assert _errno("readlink", guest, path) == e.EINVAL
    assert _errno("readlink", guest, "missing") == e.ENOENT
    assert _errno("symlink", guest, "x", "file") == e.EEXIST
    assert _errno("symlink", guest, "x", "new/") == e.ENOENT
    assert _errno("symlink", guest, "", "new") == e.ENOENT
    assert _errno("symlink", guest, "a\0b", "new") == e.EINVAL
    (folder / "bytes").symlink_to(os.fsdecode(b"\xff"))
    assert _errno("readlink", guest, "bytes") == e.EILSEQ
    (folder / "absolute").symlink_to(folder)
    assert _errno("readlink", guest, "absolute") == e.EPERM


def test_second_names(guest: Guest, folder: Path) -> None:
    guest.link("to_sub/inner", "second")
    assert (folder / "second").stat().st_nlink == 2
    guest.link("link", "link2")
    assert os.readlink(folder / "link2") == "sub/inner"
    assert _errno("link", guest, "file", "file2", 1) == e.EINVAL
    assert _errno("link", guest, "file", "second") == e.EEXIST
    assert _errno("link", guest, "sub", "sub2") == e.EPERM
    assert _errno("link", guest, "sub/", "sub2") == e.EPERM
    assert _errno("link", guest, "to_sub/", "sub2") == e.EPERM
    assert _errno("link", guest, "file/", "file2") == e.ENOTDIR
    assert _errno("link", guest, "file", "file2/") == e.ENOENT
    assert _errno("link", guest, "missing", "x") == e.ENOENT


def test_renaming(guest: Guest, folder: Path) -> None:
    guest.rename("file", "sub/moved")
    guest.rename("sub/moved", "to_sub/inner")
    assert (folder / "sub" / "inner").read_text() == "content"
    guest.rename("link", "renamed_link")
    assert os.readlink(folder / "renamed_link") == "sub/inner"
    guest.rename("sub/", "folder/")
    assert (folder / "folder" / "inner").exists()
    assert _errno("rename", guest, "folder", "folder/x") == e.EINVAL
    assert _errno("rename", guest, "folder", "renamed_link") == e.ENOTDIR
    assert _errno("rename", guest, "renamed_link", "folder") == e.EISDIR
    assert _errno("rename", guest, "missing", "x") == e.ENOENT
    for old, new in ((".", "x"), ("folder", "."), ("folder/..", "x"), ("folder", "folder/..")):
        assert _errno("rename", guest, old, new) == e.EBUSY


def test_renaming_between_folders_that_are_open(guest: Guest, folder: Path) -> None:
    sub = guest.open("sub")
    guest.must("path_rename", sub, *guest.text("inner"), 3, *guest.text("outer"))
    guest.must("path_link", 3, 0, *guest.text("outer"), sub, *guest.text("again"))
    assert sorted(os.listdir(folder)) == ["file", "link", "outer", "sub", "to_sub"]
    assert os.listdir(folder / "sub") == ["again"]


def test_removing_files(guest: Guest, folder: Path) -> None:
    guest.unlink("link")
    assert (folder / "sub" / "inner").exists()
    guest.unlink("to_sub/inner")
    assert not (folder / "sub" / "inner").exists()
    assert _errno("unlink", guest, "file/") == e.ENOTDIR
    for path in ("sub", "sub/", ".", "sub/.."):
        assert _errno("unlink", guest, path) == e.EISDIR
    assert _errno("unlink", guest, "missing") == e.ENOENT


def test_a_bad_address_for_the_result(guest: Guest) -> None:
    assert guest.call("path_filestat_get", 3, 1, *guest.text("file"), guest.memory_size - 63) == e.EFAULT
    for buffer, used in ((guest.memory_size - 3, 64), (64, guest.memory_size - 3)):
        assert guest.call("path_readlink", 3, *guest.text("link"), buffer, 4, used) == e.EFAULT


def test_nothing_stays_open(guest: Guest) -> None:
    before = len(os.listdir("/proc/self/fd"))
    guest.link("sub/inner", "to_sub/second")
    guest.rename("to_sub/second", "sub/third")
    guest.filestat("link")
    guest.readlink("sub/../link")
    for arguments in (("link", "missing/x", "sub/y"), ("rename", "sub/inner", "../x"), ("link", "to_sub/", "x")):
        _errno(arguments[0], guest, *arguments[1:])
    assert len(os.listdir("/proc/self/fd")) == before
