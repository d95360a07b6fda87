"""Snapshots of memories of a byte a page: they have the size that they had, to the byte, and nothing behind it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mvvm
from mvvm.errors import BadSnapshot, Trap
from mvvm.migrate.snapshot import Snapshot, write_snapshot
from mvvm.runtime.memory import Memory
from mvvm.wasm.types import PAGE_SIZE, Limits
from tests.cli.commands import run, succeed
from tests.migrate.guests import func, load
from tests.migrate.views import example_view, memory_of

# Grows a memory, fills what is new, and copies it, with its end, to the other memory.
_GROWS = b"""(module
  (memory $narrow (export "narrow") 5 (pagesize 1))
  (memory $wide (export "wide") i64 0 (pagesize 1))
  (func (export "work") (param $turns i32) (param $step i32) (result i64) (local $old i32)
    (loop $again
      (local.set $old (memory.grow $narrow (local.get $step)))
      (memory.fill $narrow (local.get $old) (local.get $turns) (local.get $step))
      (drop (memory.grow $wide (i64.extend_i32_u (i32.add (local.get $step) (i32.const 1)))))
      (memory.copy $wide $narrow
        (i64.sub (memory.size $wide) (i64.extend_i32_u (local.get $step))) (local.get $old) (local.get $step))
      (br_if $again (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))
    (i64.add (memory.size $wide) (i64.extend_i32_u (i32.load8_u $narrow (local.get $old)))))
  (func (export "load") (param i32) (result i32) (i32.load8_u $narrow (local.get 0)))
  (func (export "load_wide") (param i64) (result i32) (i32.load8_u $wide (local.get 0)))
  (func (export "grow") (param i32) (result i32) (memory.grow $narrow (local.get 0))))"""


def _contents(turns: range, step: int) -> list[bytes]:
    """What both memories hold after some turns."""
    parts = [bytes([turn & 0xFF]) * step for turn in turns]
    return [bytes(5) + b"".join(parts), b"".join(b"\0" + part for part in parts)]


@pytest.mark.parametrize("level", [None, 1])
@pytest.mark.parametrize("step", [1, 1000, 4096, 300_001])  # the last one is mapped from the file
def test_sizes_and_contents_are_exact(tmp_path: Path, step: int, level: int | None) -> None:
    program = load(_GROWS)
    turns = 9
    whole = func(mvvm.Instance(program), "work")(turns, step)
    for count in (1, 4, 8):
        path = tmp_path / f"{count}.snapshot"
        mvvm.checkpoint(func(mvvm.Instance(program), "work"), turns, step, count=count, path=path, zstd_level=level)
        snapshot = mvvm.Snapshot.open(path, verify=True)
        expected = _contents(range(turns, turns - count, -1), step)
        assert snapshot.view.memories == [len(contents) for contents in expected]
        restored = mvvm.restore(snapshot, program)
        memories = restored.instance.memories
        assert [bytes(memory.span(0, memory.size)) for memory in memories] == expected
        assert restored() == whole
        assert [bytes(memory.span(0, memory.size)) for memory in memories] == _contents(range(turns, 0, -1), step)


def test_what_is_behind_the_end_is_out_of_reach_until_the_memory_grows() -> None:
    program = load(_GROWS)
    snapshot = mvvm.checkpoint(func(mvvm.Instance(program), "work"), 2, 100, count=1)
    instance = mvvm.restore(snapshot, program).instance
    for name, size in (("load", 105), ("load_wide", 101)):
        assert func(instance, name)(size - 1) == 2
        with pytest.raises(Trap, match="out of bounds memory access"):
            func(instance, name)(size)
    assert func(instance, "grow")(5000) == 105
    memory = instance.memories[0]
    assert bytes(memory.span(0, memory.size)) == _contents(range(2, 1, -1), 100)[0] + bytes(5000)


def _byte_memory(size: int, *contents: tuple[int, bytes]) -> Memory:
    memory = Memory(Limits(size, None, page_size=1))
    for address, data in contents:
        memory.view[address : address + len(data)] = data
    return memory


@pytest.mark.parametrize("level", [None, 1])
@pytest.mark.parametrize(("size", "stray"), [(10, 10), (4095, 4095), (300_001, 303_103)])
def test_contents_behind_the_end_are_refused(tmp_path: Path, size: int, stray: int, level: int | None) -> None:
    path = tmp_path / "snapshot"
    memory = _byte_memory(size, (0, b"x" * size), (stray, b"y"))
    write_snapshot(path, example_view(size), [memory], zstd_level=level)
    with pytest.raises(BadSnapshot, match="memory 0 has contents behind its end"):
        Snapshot.open(path).fill_memory(0, _byte_memory(size))


def test_what_was_mapped_is_in_the_next_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "snapshot"
    first, second, third = (_byte_memory(300_001) for _ in range(3))
    first.span(0, 300_001)[:] = bytes(range(251)) * 1195 + bytes(range(56))
    for old, new in ((first, second), (second, third)):
        write_snapshot(path, example_view(300_001), [old])
        Snapshot.open(path).fill_memory(0, new)
        assert new.mapped == [(0, 303_104)]
    assert bytes(third.span(0, 300_001)) == bytes(first.span(0, 300_001))


@pytest.mark.parametrize(("there", "here"), [(65536, 4096), (4096, 65536)])
def test_pages_of_the_machine_may_be_larger_elsewhere(
    there: int, here: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = b"x" * 5000 + bytes(5000) + b"y"
    monkeypatch.setattr("mmap.PAGESIZE", there)
    monkeypatch.setattr("mvvm.migrate.pages._page_map_is_true", lambda: False)
    write_snapshot(tmp_path / "snapshot", example_view(10_001), [_byte_memory(10_001, (0, contents))])
    monkeypatch.setattr("mmap.PAGESIZE", here)
    memory = _byte_memory(10_001)
    snapshot = Snapshot.open(tmp_path / "snapshot")
    assert snapshot.memories[0].extents == [(0, 3)]
    snapshot.fill_memory(0, memory)
    assert memory.allocated == (12_288 if here == 4096 else here)
    assert memory.grow(100_000) == 10_001
    assert bytes(memory.span(0, 110_001)) == contents + bytes(100_000)


def test_pages_of_another_size_than_in_the_module_are_refused(tmp_path: Path) -> None:
    write_snapshot(tmp_path / "bytes", example_view(2), [_byte_memory(2)])
    write_snapshot(tmp_path / "pages", example_view(2), [memory_of(2)])
    with pytest.raises(BadSnapshot, match="memory 0 has pages of another size than in its module"):
        Snapshot.open(tmp_path / "bytes").fill_memory(0, memory_of(2))
    with pytest.raises(BadSnapshot, match="memory 0 has pages of another size than in its module"):
        Snapshot.open(tmp_path / "pages").fill_memory(0, _byte_memory(2))


def test_they_can_be_inspected(tmp_path: Path) -> None:
    path, other = tmp_path / "a", tmp_path / "b"
    write_snapshot(path, example_view(9000, 2), [_byte_memory(9000, (8999, b"x")), memory_of(2)])
    text = succeed("mvvm-inspect", path).splitlines()
    # The last page of 4096 bytes has 808 of the memory.
    for line in (
        "memory 0: 9000 pages of 1 byte, 9000 bytes, of which 8192 are in pages of zeros; 4096 bytes stored (raw)",
        "memory 1: 2 pages, 131072 bytes, of which 131072 are in pages of zeros; 0 bytes stored (raw)",
    ):
        assert line in text
    described = json.loads(succeed("mvvm-inspect", "--json", path))["memories"]
    assert [(memory["page_size"], memory["size"]) for memory in described] == [(1, 9000), (PAGE_SIZE, 2 * PAGE_SIZE)]
    write_snapshot(other, example_view(9001, 2), [_byte_memory(9001, (8999, b"xy")), memory_of(2)])
    assert run("mvvm-inspect", "--diff", path, other).stdout.splitlines() == [
        "memories[0].pages: 9000 -> 9001",
        "memory 0: 1 bytes differ (address, size, how many of them):",
        "  0x00002328  0x1  1",
    ]


def test_large_ones_can_be_compared(tmp_path: Path) -> None:
    for name, size in (("a", (1 << 32) - 1), ("b", 1 << 32)):
        memory = Memory(Limits(size, None, index64=True, page_size=1))
        memory.view[size - 1] = 1
        write_snapshot(tmp_path / name, example_view(size), [memory])
    assert run("mvvm-inspect", "--diff", tmp_path / "a", tmp_path / "b").stdout.splitlines() == [
        "memories[0].pages: 4294967295 -> 4294967296",
        "memory 0: 2 bytes differ (address, size, how many of them):",
        "  0xfffffffe  0x2  2",
    ]


def test_a_compiled_file_tells_its_memories(tmp_path: Path) -> None:
    (tmp_path / "grows.wasm").write_bytes(load(_GROWS).wasm)
    succeed("mvvm-compile", tmp_path / "grows.wasm")
    for file in ("grows.wasm", "grows.aot"):
        lines = [" ".join(line.split()) for line in succeed("mvvm-inspect", tmp_path / file).splitlines()]
        assert {"memory 0 narrow 5 (pagesize 1)", "memory 1 wide i64 0 (pagesize 1)"} <= set(lines)
