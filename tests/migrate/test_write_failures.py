"""What cannot be written leaves what was there before, and nothing else."""

from __future__ import annotations

import os
import resource
import threading
from pathlib import Path

import pytest

from mvvm.errors import CheckpointFailed
from mvvm.migrate.snapshot import write_to_fd
from mvvm.wasm.types import PAGE_SIZE
from tests.migrate.views import example_view, memory_of, written

_LEVELS = pytest.mark.parametrize("level", [None, 1])
_LIMIT = 1 << 20  # bytes


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing/snapshot", "No such file or directory"),
        ("file/snapshot", "Not a directory"),
        ("folder", "Is a directory"),
        ("fifo", "it is not a regular file"),
        ("x" * 300, "File name too long"),
    ],
)
def test_where_it_cannot_be_written(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(CheckpointFailed) as caught:
        written(tmp_path / name)
    assert str(caught.value) == f"cannot write the snapshot {tmp_path / name}: {reason}"
    assert sorted(os.listdir(tmp_path)) == before


@_LEVELS
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, level: int | None) -> None:
    path = tmp_path / "snapshot"
    before = written(path, memory_of(1, (0, b"old")))
    threads = threading.active_count()
    memory = memory_of(64, (0, os.urandom(32 * PAGE_SIZE)))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LIMIT, limits[1]))
    try:
        with pytest.raises(CheckpointFailed, match=f"cannot write the snapshot {path}: File too large"):
            written(path, memory, level=level)
        fd = os.memfd_create("snapshot")
        with pytest.raises(CheckpointFailed, match="cannot write the snapshot: File too large"):
            write_to_fd(fd, example_view(64), [memory])
        os.close(fd)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["snapshot"]
    assert threading.active_count() == threads


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), MemoryError(), KeyboardInterrupt()])
def test_what_fails_leaves_what_was_there(
    tmp_path: Path, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    path = tmp_path / "snapshot"
    before = written(path)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else CheckpointFailed):
        written(path, memory_of(1, (0, b"new")))
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["snapshot"]


@_LEVELS
def test_no_more_threads(tmp_path: Path, level: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(CheckpointFailed, match="can't start new thread"):
        written(tmp_path / "snapshot", memory_of(1, (0, b"new")), level=level)
