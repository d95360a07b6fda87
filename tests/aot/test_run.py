"""Linked code runs: the file is mapped, its imports are filled in, its functions are called."""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Iterator
from pathlib import Path

import pytest

from mvvm.aot import elf_file
from mvvm.aot.machines import MACHINES
from tests.aot.loaded import Loaded, libc_address
from tests.aot.objects import program

_MACHINE = platform.machine()


@pytest.fixture
def loaded(tmp_path: Path) -> Iterator[Loaded]:
    path = tmp_path / "program.aot"
    path.write_bytes(elf_file.write(program(_MACHINE), MACHINES[_MACHINE], {}))
    result = Loaded(path, program(_MACHINE))
    yield result
    result.close()


@pytest.mark.parametrize(
    ("case", "argument", "result"),
    [
        (0, 11, 55),
        (1, 70, 10),
        (2, 6, 17),
        (3, 1, 999),
        (4, 1, 254),
        (5, 2, 64),
        (7, 12, 144),
        (8, 123, 3),
        (13, 7, 7007),
        (15, 10, 3),
        (16, 0, -1),
    ],
)
def test_calls_across_objects_jump_tables_and_locals_of_the_same_name(
    loaded: Loaded, case: int, argument: int, result: int
) -> None:
    assert loaded.call("choose", case, argument) == result
    assert loaded.call("calls", case, argument) == 3 * result


def test_a_word_of_zeros_is_shared_by_objects_and_keeps_what_is_stored(loaded: Loaded) -> None:
    assert loaded.call("counter_now") == 0
    assert [loaded.call("count") for _ in range(3)] == [1, 2, 3]
    assert loaded.call("calls", 6, 0) == 12
    assert loaded.call("counter_now") == 4


def test_data_of_two_objects_does_not_overlap(loaded: Loaded) -> None:
    ctypes.memset(loaded.call("scratch_address"), 0xFF, 5)
    assert loaded.call("counter_now") == 0


def test_constants_are_read(loaded: Loaded) -> None:
    assert [loaded.call("prime", i) for i in range(8)] == [2, 3, 5, 7, 11, 13, 17, 19]
    assert loaded.call("fourth", 10, result=ctypes.c_int32) == 14
    assert loaded.call("remainder", 7.5, 2.0, result=ctypes.c_double) == 1.5 + 0.3


def test_imports_are_called_through_their_stubs(loaded: Loaded) -> None:
    to = ctypes.create_string_buffer(8)
    loaded.call("copy", to, b"checked", 8)
    assert to.value == b"checked"
    assert loaded.call("jump", 42, result=ctypes.c_int32) == 42


def test_addresses_come_from_the_slot_of_an_import_but_need_none_for_our_own(loaded: Loaded) -> None:
    assert loaded.call("address_of_memcpy") == libc_address("memcpy")
    assert loaded.call("address_of_visible") == loaded.address("visible")
