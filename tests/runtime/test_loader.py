"""How a program lies in memory, what is refused, and that it all goes again."""

from __future__ import annotations

import gc
import resource
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mvvm
from mvvm.abi import elf, sections
from mvvm.errors import BadAotFile, EnvironmentFailure, IncompatibleAot, InputError
from mvvm.runtime.memory import OutOfBounds
from mvvm.wasm.types import MAX_PAGES, PAGE_SIZE
from tests.runtime.guest import compiled, exports, instance, program

_SIMPLE = '(module (memory (export "m") 1) (func (export "f") (result i32) (i32.const 7)))'


def _mappings(path: Path) -> list[tuple[str, str]]:
    """Rights and offset of each mapping of a file."""
    rows = [line.split() for line in Path("/proc/self/maps").read_text().splitlines()]
    return [(row[1], row[2]) for row in rows if row[-1] == str(path)]


def test_the_text_is_mapped_from_the_file_and_never_writable(tmp_path: Path) -> None:
    path = tmp_path / "simple.aot"
    path.write_bytes(compiled(_SIMPLE))
    loaded = mvvm.load(path)
    guest: dict[str, Any] = dict(mvvm.Instance(loaded).exports)
    assert guest["f"]() == 7
    text = elf.read(path.read_bytes()).section(sections.TEXT)
    segment = next(s for s in elf.read(path.read_bytes()).segments if s.address <= text.address and s.flags & elf.PF_X)
    rows = _mappings(path)
    assert ("r-xp", f"{segment.offset & -4096:08x}") in rows
    assert not [rights for rights, _ in rows if "x" in rights and "w" in rights]


def test_no_mapping_is_writable_and_executable() -> None:
    exports(_SIMPLE)["f"]()
    rights = [line.split()[1] for line in Path("/proc/self/maps").read_text().splitlines() if "aot" in line]
    assert rights
    assert not [r for r in rights if "w" in r and "x" in r]


def test_programs_and_instances_and_memories_are_freed() -> None:
    program(_SIMPLE)  # the first program of a process stays: its fault handler is in use
    loaded = mvvm.load(compiled(_SIMPLE))
    made = mvvm.Instance(loaded, {})
    memory: Any = made.exports["m"]
    alive: list[weakref.ref[Any]] = [weakref.ref(loaded), weakref.ref(made), weakref.ref(memory)]
    address = memory.base
    del loaded, made, memory
    gc.collect()
    assert [reference() for reference in alive] == [None] * 3
    starts = [line.split("-")[0] for line in Path("/proc/self/maps").read_text().splitlines()]
    assert f"{address:x}" not in starts


def _address_space() -> int:
    """Bytes of this process's address space that are in use or reserved."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def test_the_address_space_of_instances_is_used_again() -> None:
    loaded = program(_SIMPLE)
    gc.collect()
    before = _address_space()
    for _ in range(3):
        made = [mvvm.Instance(loaded) for _ in range(20)]
        assert _address_space() > before + 100 * (1 << 30)
        del made
        gc.collect()
        assert _address_space() < before + (1 << 30)


# Memory.

_GROWS = """(module (memory (export "m") 1 {maximum})
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "size") (result i32) (memory.size))
  (func (export "poke") (param i32) (i32.store8 (local.get 0) (i32.const 1))))"""


def test_memory_grows_to_its_maximum_and_no_further() -> None:
    guest = exports(_GROWS.format(maximum=3))
    assert [guest["grow"](n) for n in (1, 2, 1, 1, 0, -1)] == [1, -1, 2, -1, 3, -1]
    guest["poke"](3 * PAGE_SIZE - 1)
    with pytest.raises(mvvm.errors.Trap):
        guest["poke"](3 * PAGE_SIZE)


def test_the_host_may_limit_memory() -> None:
    made = mvvm.Instance(program(_GROWS.format(maximum="")), max_pages=2)
    guest: dict[str, Any] = dict(made.exports)
    assert [guest["grow"](n) for n in (2, 1, 1)] == [-1, 1, -1]
    with pytest.raises(EnvironmentFailure, match="needs 65536 bytes of memory, more than the limit of 0"):
        mvvm.Instance(program(_GROWS.format(maximum="")), max_pages=0)


def test_memory_cannot_grow_beyond_the_address_space() -> None:
    guest = exports(_GROWS.format(maximum=""))
    assert guest["grow"](MAX_PAGES) == -1
    assert guest["size"]() == 1


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Lets this process have a gigabyte of address space more than it has now; a memory takes eight."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + (1 << 30), hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@pytest.mark.usefixtures("little_memory")
def test_a_machine_without_room_for_a_memory_is_an_environment_failure() -> None:
    loaded = program(_SIMPLE)
    with pytest.raises(EnvironmentFailure, match="cannot reserve address space"):
        mvvm.Instance(loaded)


def test_the_host_reads_and_writes_memory_within_bounds() -> None:
    memory: Any = instance(_SIMPLE).exports["m"]
    memory.span(10, 3)[:] = b"abc"
    assert bytes(memory.span(9, 5)) == b"\0abc\0"
    assert len(memory.span(PAGE_SIZE, 0)) == 0
    for address, size in ((-1, 1), (0, -1), (PAGE_SIZE, 1), (0, PAGE_SIZE + 1), (1 << 32, 1)):
        with pytest.raises(OutOfBounds):
            memory.span(address, size)


# What is refused.


@pytest.mark.parametrize("contents", [b"", b"\0", b"\0asm\1\0\0\0", b"\x7fELF", b"#!/bin/sh\n" * 100])
def test_what_is_no_aot_file_is_refused(contents: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(contents)
    with pytest.raises(BadAotFile, match=r"not an \.aot file"):
        mvvm.load(contents)
    with pytest.raises(BadAotFile, match=f"^{path}: "):
        mvvm.load(path)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(InputError, match=f"^{path}: "):
            mvvm.load(path)


def test_code_for_another_machine_is_refused() -> None:
    other = mvvm.CompileOptions(target=mvvm.Target.parse("aarch64"))
    with pytest.raises(IncompatibleAot, match=r"is for aarch64, this machine is .*: compile .* --target"):
        mvvm.load(mvvm.compile(_SIMPLE.encode(), other))
