"""Snapshot files: written whole or not at all, read as they were written or refused."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mvvm
from mvvm.errors import IncompatibleSnapshot, UsageError
from mvvm.migrate import pages
from mvvm.migrate.header import FORMAT_VERSION
from mvvm.migrate.snapshot import Snapshot, write_to_fd
from mvvm.runtime.memory import OutOfBounds
from mvvm.wasm.types import PAGE_SIZE
from tests.cli.commands import environment
from tests.migrate.views import SHA256, example_view, filled, memory_of, plain, written

_ROOT = str(Path(mvvm.__file__).parents[1])
_LEVELS = pytest.mark.parametrize("level", [None, 1, 19])
_BIG = 1 << 20  # enough to be mapped


@_LEVELS
def test_what_is_written_is_read(tmp_path: Path, level: int | None) -> None:
    path = tmp_path / "snapshot"
    noise = os.urandom(_BIG + 3 * 4096)
    memories = [
        memory_of(40, (5 * 4096 + 1, b"x"), (PAGE_SIZE, noise)),
        memory_of(0),
        memory_of(1),
        memory_of(2, (0, b"y")),
    ]
    contents = written(path, *memories, level=level)
    snapshot = Snapshot.open(path, verify=True)
    view = example_view(40, 0, 1, 2)
    assert plain(snapshot.view) == plain(view)
    assert filled(snapshot) == [memory.view[: memory.size].tobytes() for memory in memories]
    assert (snapshot.names, snapshot.module_name, snapshot.writer) == ({7: "inner"}, "example", mvvm.__version__)
    assert (snapshot.format_version, snapshot.file_size) == (FORMAT_VERSION, len(contents))
    assert [memory.extents for memory in snapshot.memories] == [[(5, 1), (16, 259)], [], [], [(0, 1)]]
    assert path.stat().st_mode & 0o077 == 0
    assert os.listdir(tmp_path) == ["snapshot"]
    assert repr(snapshot).startswith("<Snapshot of 000102030405, 2 frames, ")


@_LEVELS
def test_the_same_state_gives_the_same_file(tmp_path: Path, level: int | None) -> None:
    first = memory_of(9, (4096, b"x"), (300_000, bytes(9000)))
    second = memory_of(9, (4096, b"x"), (8 * PAGE_SIZE, bytes(9)))
    assert written(tmp_path / "a", first, level=level) == written(tmp_path / "b", second, level=level)


@_LEVELS
def test_many_small_extents(tmp_path: Path, level: int | None) -> None:
    memory = memory_of(200, *((page * 8192, bytes([1 + page % 200]) * 4096) for page in range(1600)))
    memory.view[100 * PAGE_SIZE : 106 * PAGE_SIZE] = b"z" * (6 * PAGE_SIZE)  # one among them that is mapped
    written(tmp_path / "snapshot", memory, level=level)
    assert filled(Snapshot.open(tmp_path / "snapshot")) == [memory.view[: memory.size].tobytes()]


@given(st.lists(st.tuples(st.integers(0, 64 * PAGE_SIZE - 1), st.sampled_from([0, 1])), max_size=20))
def test_extents_are_the_pages_that_are_not_zero(writes: list[tuple[int, int]]) -> None:
    memory = memory_of(64, *((address, bytes([value])) for address, value in writes))
    expected = {
        address // 4096 for address in range(0, memory.size, 4096) if any(memory.view[address : address + 4096])
    }
    extents = pages.nonzero_extents(memory)
    assert {page for first, count in extents for page in range(first, first + count)} == expected
    assert all(first + count < after for (first, count), (after, _) in pairwise(extents))


def test_untouched_pages_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []
    monkeypatch.setattr(pages, "_mark_nonzero", lambda memory, start, end, wanted: seen.append((start, end)))
    pages.nonzero_extents(memory_of(1 << 14, (1 << 29, b"x")))
    assert sum(end - start for start, end in seen) <= 1 << 17  # of twice as many: the kernel may have large pages
    assert any(start <= 1 << 17 < end for start, end in seen)


def _page_map_in_the_other_byte_order() -> bytearray:
    """Every other page is touched. The low byte of their frames looks like a flag."""
    order: Literal["little", "big"] = "big" if sys.byteorder == "little" else "little"
    entries = [(1 << 63 | 0x1000 + 0x40 * page if page % 2 else 0).to_bytes(8, order) for page in range(16)]
    return bytearray(b"".join(entries))


@pytest.mark.parametrize("map_", [None, bytearray(8 * 16), _page_map_in_the_other_byte_order()])
def test_where_the_page_map_cannot_be_believed_all_pages_are_read(
    map_: bytearray | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_page_map_entries", lambda address, size: map_)
    assert pages.nonzero_extents(memory_of(3, (70_000, b"x"))) == [(17, 1)]


@pytest.mark.parametrize("size", [4096, 65536])
def test_pages_of_the_machine_may_be_larger(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmap.PAGESIZE", size)
    monkeypatch.setattr(pages, "_page_map_is_true", lambda: True)
    monkeypatch.setattr(pages, "_page_map", lambda address, total: bytearray(b"\0\1" * (total // size // 2)))
    assert list(pages.runs(pages._touched(memory_of(2)))) == (
        [(16, 32)] if size == 65536 else [(page, page + 1) for page in range(1, 32, 2)]
    )


def test_zeros_take_no_space(tmp_path: Path) -> None:
    empty = len(written(tmp_path / "a", memory_of(1)))
    touched = memory_of(16384, (1 << 24, bytes(_BIG)))
    assert len(written(tmp_path / "b", touched)) <= empty + 8


def test_raw_memory_is_mapped_copy_on_write(tmp_path: Path) -> None:
    path = tmp_path / "snapshot"
    before = written(path, memory_of(40, (PAGE_SIZE, b"x" * _BIG)))
    memory = memory_of(40)
    Snapshot.open(path).fill_memory(0, memory)
    assert memory.mapped == [(PAGE_SIZE, _BIG)]
    memory.view[PAGE_SIZE] = 0
    memory.view[PAGE_SIZE + _BIG // 2] = ord("y")
    assert path.read_bytes() == before
    # What was not touched since it was mapped is in the next snapshot all the same, also in place of the first.
    expected = memory.view[: memory.size].tobytes()
    again = memory_of(40)
    Snapshot.open(path).fill_memory(0, again)
    again.view[PAGE_SIZE] = 0
    again.view[PAGE_SIZE + _BIG // 2] = ord("y")
    written(path, again)
    assert filled(Snapshot.open(path)) == [expected]
    assert again.view[: again.size] == expected


def test_nothing_is_mapped_beyond_a_memory(tmp_path: Path) -> None:
    written(tmp_path / "snapshot", memory_of(40, (0, b"x" * _BIG)))
    memory = memory_of(2)
    with (tmp_path / "snapshot").open("rb") as file, pytest.raises(OutOfBounds):
        memory.map_extent(file.fileno(), 4096, PAGE_SIZE, 2 * PAGE_SIZE)
    assert memory.mapped == []


def test_a_memory_of_another_size_is_not_filled(tmp_path: Path) -> None:
    written(tmp_path / "snapshot", memory_of(2))
    with pytest.raises(UsageError, match="memory 0 has 2 pages in the snapshot, not 3"):
        Snapshot.open(tmp_path / "snapshot").fill_memory(0, memory_of(3))


def test_a_snapshot_in_an_open_file(tmp_path: Path) -> None:
    memory = memory_of(40, (0, b"x" * _BIG))
    expected = written(tmp_path / "snapshot", memory)
    fd = os.memfd_create("snapshot")
    try:
        os.write(fd, b"longer" * _BIG)
        write_to_fd(fd, example_view(40), [memory], names={7: "inner"}, module_name="example")
        assert os.pread(fd, 2 * len(expected), 0) == expected
        snapshot = Snapshot.from_fd(fd)
    finally:
        os.close(fd)
    assert filled(snapshot) == [memory.view[: memory.size].tobytes()]
    assert plain(Snapshot.load(expected).view) == plain(snapshot.view)


def test_the_module_must_be_the_same(tmp_path: Path) -> None:
    written(tmp_path / "snapshot")
    snapshot = Snapshot.open(tmp_path / "snapshot")
    snapshot.check_module(SHA256)
    with pytest.raises(IncompatibleSnapshot) as caught:
        snapshot.check_module(bytes(32))
    assert SHA256.hex() in str(caught.value)
    assert bytes(32).hex() in str(caught.value)
    assert "'example'" in str(caught.value)


def test_short_writes_are_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = memory_of(40, *((page * 8192, bytes([page + 1]) * 4096) for page in range(100)))
    expected = written(tmp_path / "a", memory)

    def short(fd: int, pieces: list[memoryview], offset: int) -> int:
        return os.pwrite(fd, b"".join(pieces)[:5000], offset)

    monkeypatch.setattr(os, "pwritev", short)
    assert written(tmp_path / "b", memory) == expected


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    contents = written(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == contents


def test_reading_imports_little(tmp_path: Path) -> None:
    written(tmp_path / "snapshot", memory_of(40, (0, b"x" * _BIG), (2 * _BIG, b"y")))
    code = (
        f"import sys; sys.path.insert(0, {_ROOT!r})\n"
        "from mvvm.runtime.memory import Memory; from mvvm.wasm.types import Limits\n"
        "from mvvm.migrate.snapshot import Snapshot\n"
        "memory = Memory(Limits(40, None))\n"
        f"Snapshot.open({str(tmp_path / 'snapshot')!r}).fill_memory(0, memory)\n"
        "assert memory.view[5] == ord('x')\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], env=environment(), capture_output=True, text=True, timeout=60, check=True
    )
    imported = set(done.stdout.split())
    assert "mvvm.migrate.snapshot" in imported
    unwanted = {"google", "zstandard", "typing", "dataclasses", "enum", "re", "contextlib", "threading", "hashlib"}
    assert imported & (unwanted | {"mvvm.migrate.writer", "mvvm.migrate.pages", "mvvm.files", "pathlib"}) == set()
