"""Going on from a state on a machine where things are not as they were."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from mvvm.abi.view import FileState
from mvvm.errors import InputError, UsageError
from tests.wasi.conftest import Restore
from tests.wasi.guest import CREAT, DIRECTORY, READ, WRITE, Guest
from tests.wasi.states import captured, plain


@pytest.fixture(autouse=True)
def tree(folder: Path) -> None:
    (folder / "file").write_text("0123456789")
    (folder / "deep").mkdir()
    (folder / "sub").mkdir()
    (folder / "sub" / "inner").write_text("inner")


@pytest.mark.parametrize("name", ["/data", b"/data"])
def test_a_folder_is_somewhere_else(
    guest: Guest, folder: Path, tmp_path: Path, restore: Restore, name: str | bytes
) -> None:
    file, inner = guest.open("file"), guest.open("sub/inner")
    guest.seek(file, 4)
    state = captured(guest)
    there = tmp_path / "there"
    shutil.copytree(folder, there)
    (there / "file").write_text("abcdefghij")
    shutil.rmtree(folder)
    with pytest.raises(InputError, match=r"cannot open the folder '.*/data' .*: No such file .*restore with --map-dir"):
        restore(state)
    resumed = restore(state, {name: str(there)})
    assert (resumed.read(file), resumed.read(inner)) == (b"efghij", b"inner")
    assert resumed.prestat_name(3, 5) == b"/data"


def test_mapping_what_the_guest_was_not_given(guest: Guest, folder: Path, restore: Restore) -> None:
    state = captured(guest)
    with pytest.raises(UsageError, match="no folder '/other' that could be mapped; it has '/data'"):
        restore(state, {"/other": str(folder)})
    with pytest.raises(UsageError, match="cannot open the folder '/nowhere' for the guest: No such file"):
        restore(state, {"/data": "/nowhere"})
    guest.close(3)
    with pytest.raises(UsageError, match="it has none"):
        restore(captured(guest), {"/data": str(folder)})


def _refused(guest: Guest, restore: Restore, change: object, message: str) -> None:
    """Going on is refused after `change` with `message`, and leaves nothing open."""
    state = captured(guest)
    assert callable(change)
    change()
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(InputError, match=message):
        restore(state)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_file_is_missing(guest: Guest, folder: Path, restore: Restore) -> None:
    guest.open("sub/inner")
    message = "the program's '/data/file' cannot be opened: No such file or directory; restore with --map-dir"
    guest.open("file", CREAT, rights=WRITE)
    _refused(guest, restore, (folder / "file").unlink, message)
    assert not (folder / "file").exists()


def test_a_folder_is_missing_or_a_file(guest: Guest, folder: Path, restore: Restore) -> None:
    guest.open("sub", DIRECTORY)
    state = captured(guest)
    shutil.rmtree(folder / "sub")
    with pytest.raises(InputError, match="'/data/sub' cannot be opened: No such file"):
        restore(state)
    (folder / "sub").write_text("")
    with pytest.raises(InputError, match="'/data/sub' cannot be opened: Not a directory"):
        restore(state)


@pytest.mark.parametrize("kind", ["folder", "fifo", "device"])
def test_a_file_is_something_else(guest: Guest, folder: Path, restore: Restore, kind: str) -> None:
    guest.open("file")

    def replace() -> None:
        (folder / "file").unlink()
        if kind == "folder":
            (folder / "file").mkdir()
        elif kind == "fifo":
            os.mkfifo(folder / "file")
        else:
            (folder / "file").symlink_to("/dev/null")

    message = "'/data/file' is not the file that the program had open; restore with --map-dir"
    # A link to what is no file of the guest's is not followed at all.
    _refused(guest, restore, replace, "Operation not permitted" if kind == "device" else message)


def test_a_fifo_is_a_file_or_has_no_reader(guest: Guest, folder: Path, restore: Restore) -> None:
    os.mkfifo(folder / "queue")
    reader = guest.open("queue")
    guest.open("queue", rights=WRITE)
    guest.close(reader)
    state = captured(guest)
    with pytest.raises(InputError, match="'/data/queue' cannot be opened: nobody reads from it"):
        restore(state)
    (folder / "queue").unlink()
    (folder / "queue").write_text("")
    with pytest.raises(InputError, match="'/data/queue' is not the FIFO or device that the program had open"):
        restore(state)


def test_a_file_is_shorter(guest: Guest, folder: Path, restore: Restore) -> None:
    reading, writing = guest.open("file"), guest.open("file", rights=READ | WRITE)
    guest.seek(reading, 7)
    guest.seek(writing, 400)
    state = captured(guest)
    os.truncate(folder / "file", 9)
    with pytest.raises(InputError, match=r"'/data/file' is shorter than it was: .* at byte 10 of it, and it has 9"):
        restore(state)
    os.truncate(folder / "file", 6)
    with pytest.raises(InputError, match="at byte 7 of it, and it has 6; restore with --map-dir"):
        restore(state)
    # Without sizes, only what is read shows it.
    for item in state.descriptors:
        if isinstance(item, FileState):
            item.size = None
    with pytest.raises(InputError, match="at byte 7 of it"):
        restore(state)
    os.truncate(folder / "file", 7)
    assert plain(captured(restore(state)).descriptors[4]) != plain(state.descriptors[4])


@pytest.mark.usefixtures("resolver")
@pytest.mark.parametrize("target", ["../outside/secret", "/etc/passwd", "deep/../../outside/secret"])
def test_nothing_leads_out(guest: Guest, folder: Path, restore: Restore, target: str) -> None:
    guest.open("file", rights=READ | WRITE)
    guest.open("sub", DIRECTORY)
    state = captured(guest)
    (folder / "file").unlink()
    (folder / "file").symlink_to(target)
    with pytest.raises(InputError, match="'/data/file' cannot be opened: Operation not permitted"):
        restore(state)
    (folder / "file").unlink()
    (folder / "file").write_text("0123456789")
    shutil.rmtree(folder / "sub")
    (folder / "sub").symlink_to(str(Path(target).parent))
    with pytest.raises(InputError, match="'/data/sub' cannot be opened: Operation not permitted"):
        restore(state)


@pytest.mark.parametrize("path", [b"../outside/secret", b"/etc/passwd", b"", b"sub/../../outside/secret"])
def test_forged_paths_do_not_lead_out(guest: Guest, restore: Restore, path: bytes) -> None:
    fd = guest.open("file")
    state = captured(guest)
    item = state.descriptors[fd]
    assert isinstance(item, FileState)
    item.path = path
    with pytest.raises(InputError, match="cannot be opened"):
        restore(state)


def test_a_state_that_does_not_say_where_a_folder_is(guest: Guest, restore: Restore) -> None:
    guest.open("file")
    guest.close(3)
    state = captured(guest)
    state.folders = {}
    with pytest.raises(InputError, match="'/data/file' cannot be opened: the snapshot does not say where"):
        restore(state)


def test_a_clock_that_reads_no_time(guest: Guest, restore: Restore) -> None:
    state = captured(guest)
    state.clocks[1] = 2**63
    with pytest.raises(InputError, match="clock 1 reads"):
        restore(state)
