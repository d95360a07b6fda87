"""Files and folders that were renamed, moved or removed while a guest had them open."""

from __future__ import annotations

from pathlib import Path

import pytest

from mvvm.abi.view import DirectoryState, WasiState
from mvvm.errors import CheckpointFailed
from mvvm.runtime.wasi import capture as capturing
from mvvm.runtime.wasi import errno as e
from mvvm.runtime.wasi import types as t
from tests.wasi.conftest import Restore
from tests.wasi.guest import CREAT, DIRECTORY, READ, WRITE, Guest
from tests.wasi.states import captured, directory_state, file_state, plain


@pytest.fixture(autouse=True)
def tree(folder: Path) -> None:
    (folder / "file").write_text("0123456789")
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "sub" / "inner").write_text("inner")
    (folder / "link").symlink_to("sub/inner")


def test_a_renamed_file_is_found(guest: Guest, folder: Path, restore: Restore) -> None:
    renamed, moved = guest.open("file", rights=READ | WRITE), guest.open("sub/inner")
    guest.rename("file", "sub/deep/renamed")
    (folder / "file").write_text("another file")
    guest.rename("sub", "elsewhere")
    state = captured(guest)
    assert (file_state(state, renamed).path, file_state(state, renamed).contents) == (b"elsewhere/deep/renamed", None)
    assert file_state(state, moved).path == b"elsewhere/inner"
    resumed = restore(state)
    assert (resumed.read(renamed), resumed.read(moved)) == (b"0123456789", b"inner")


def test_a_path_through_a_link_stays_what_it_is(guest: Guest, folder: Path) -> None:
    fd = guest.open("link")
    assert file_state(captured(guest), fd).path == b"link"
    (folder / "link").unlink()
    (folder / "link").symlink_to("file")
    assert file_state(captured(guest), fd).path == b"sub/inner"


def test_a_file_moved_to_another_folder_of_the_guest(tmp_path: Path, folder: Path, restore: Restore) -> None:
    other = tmp_path / "other"
    other.mkdir()
    guest = restore(
        WasiState(
            [],
            [],
            [DirectoryState(b"/data", b"", str(folder), None), DirectoryState(b"/other", b"", str(other), None)],
            {},
            0,
        )
    )
    fd = guest.open("file", fd=0)
    (folder / "file").rename(other / "moved")
    state = captured(guest)
    assert (file_state(state, fd).preopen, file_state(state, fd).path) == (b"/other", b"moved")
    assert restore(state).read(fd) == b"0123456789"


@pytest.mark.parametrize("where", ["removed", "outside"])
def test_a_file_without_a_path_keeps_its_contents(
    guest: Guest, folder: Path, tmp_path: Path, restore: Restore, where: str
) -> None:
    first = guest.open("file", rights=READ | WRITE)
    second = guest.open("file", rights=WRITE, fdflags=t.APPEND)
    third = guest.open("sub/inner")
    guest.read(first, 4)
    if where == "removed":
        guest.unlink("file")
    else:
        (folder / "file").rename(tmp_path / "outside" / "file")
    (folder / "file").write_text("another file")
    state = captured(guest)
    assert file_state(state, first).contents == file_state(state, second).contents == b"0123456789"
    assert file_state(state, third).contents is None
    resumed = restore(state)
    resumed.write(second, b"end")
    assert resumed.read(first) == b"456789end"
    assert resumed.fdstat(second).flags == t.APPEND
    assert resumed.call("fd_read", second, *resumed.iovs((0, 0)), resumed.room(4)) == e.EBADF
    assert (folder / "file").read_text() == "another file"
    assert file_state(captured(resumed), first).contents == b"0123456789end"


def test_removed_files_of_one_name_are_not_mixed_up(guest: Guest, restore: Restore) -> None:
    opened = []
    for data in (b"one", b"two"):
        opened.append(guest.open("temporary", CREAT, rights=READ | WRITE))
        guest.write(opened[-1], data)
        guest.unlink("temporary")
    resumed = restore(captured(guest))
    assert [resumed.read(fd, offset=0) for fd in opened] == [b"one", b"two"]


def test_contents_have_a_limit(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capturing, "MAX_CONTENTS", 10)
    fd = guest.open("file")
    guest.unlink("file")
    assert file_state(captured(guest), fd).contents == b"0123456789"
    monkeypatch.setattr(capturing, "MAX_CONTENTS", 9)
    with pytest.raises(CheckpointFailed, match=r"descriptor 4 cannot be saved: the file '/data/file' was removed"):
        captured(guest)


def test_a_removed_folder_stays_removed(guest: Guest, restore: Restore) -> None:
    opened = guest.open("sub/deep", DIRECTORY)
    listed = guest.entries(opened)
    guest.rmdir("sub/deep")
    guest.mkdir("sub/deep")
    state = captured(guest)
    assert (directory_state(state, opened).path, directory_state(state, opened).host_path) == (b"", None)
    resumed = restore(state)
    assert resumed.readdir(opened, 24 + 2, cookie=1)[1][24:] == b".."
    assert resumed.call("path_create_directory", opened, *resumed.text("x")) == e.ENOENT
    assert [entry.name for entry in resumed.entries(opened)] == [entry.name for entry in listed]
    assert plain(captured(restore(state))) == plain(state)


def test_a_folder_that_left_cannot_be_saved(guest: Guest, folder: Path, tmp_path: Path) -> None:
    guest.open("sub/deep", DIRECTORY)
    (folder / "sub" / "deep").rename(tmp_path / "outside" / "deep")
    with pytest.raises(CheckpointFailed, match="descriptor 4 cannot be saved: the folder '/data/sub/deep' was moved"):
        captured(guest)


def test_a_granted_folder_that_the_guest_closed(guest: Guest, folder: Path, tmp_path: Path, restore: Restore) -> None:
    file, directory = guest.open("file"), guest.open("sub", DIRECTORY)
    guest.close(3)
    state = captured(guest)
    assert state.folders == {b"/data": str(folder)}
    resumed = restore(state)
    assert plain(captured(resumed)) == plain(state)
    assert resumed.read(file) == b"0123456789"
    assert resumed.read(resumed.open("inner", fd=directory)) == b"inner"
    folder.rename(tmp_path / "moved")
    assert restore(state, {"/data": str(tmp_path / "moved")}).read(file) == b"0123456789"


def test_a_granted_folder_that_was_renamed(guest: Guest, folder: Path, tmp_path: Path) -> None:
    fd = guest.open("file")
    folder.rename(tmp_path / "renamed")
    state = captured(guest)
    assert directory_state(state, 3).host_path == str(tmp_path / "renamed")
    assert file_state(state, fd).path == b"file"


def test_two_folders_of_one_name(tmp_path: Path, folder: Path, restore: Restore) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("other")
    granted = [DirectoryState(b"/", b"", str(path), None) for path in (folder, tmp_path / "other")]
    guest = restore(WasiState([], [], [*granted], {}, 0))
    assert plain(captured(guest).descriptors) == plain(granted)
    guest.open("file", fd=1)
    with pytest.raises(CheckpointFailed, match="several folders as '/'"):
        captured(guest)
