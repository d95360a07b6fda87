"""Memories of a byte a page, made by a module or by the host: how far they grow, and who reaches what of them."""

from __future__ import annotations

from typing import Any

import pytest

import mvvm
from mvvm.errors import EnvironmentFailure, LinkError, Trap, UsageError
from mvvm.runtime.memory import OutOfBounds
from tests.runtime.guest import exports, program

_GIB = 1 << 30
_GUEST = """(module
  (memory $m (export "memory") {type} (pagesize 1))
  (memory $pages 1 2)
  (func (export "size") (result {index}) (memory.size $m))
  (func (export "grow") (param {index}) (result {index}) (memory.grow $m (local.get 0)))
  (func (export "grow_pages") (param i32) (result i32) (memory.grow $pages (local.get 0)))
  (func (export "load") (param {index}) (result i32) (i32.load8_u $m (local.get 0)))
  (func (export "store") (param {index} i32) (i32.store8 $m (local.get 0) (local.get 1)))
  (func (export "notify") (param {index}) (result i32) (memory.atomic.notify $m (local.get 0) (i32.const 1))))"""


def _guest(type_: str) -> Any:
    return exports(_GUEST.format(type=type_, index="i64" if type_.startswith("i64") else "i32"))


@pytest.mark.parametrize("index", ["", "i64 "])
def test_it_grows_byte_by_byte_up_to_its_maximum(index: str) -> None:
    guest = _guest(f"{index}3 70000")
    assert [guest["grow"](delta) for delta in (1, 0, 4092, 1, 65904, -1)] == [3, 4, 4, 4096, -1, -1]
    assert [guest["grow"](delta) for delta in (65903, 1, 0)] == [4097, -1, 70000]
    guest["store"](69999, 5)
    assert guest["load"](69999) == 5
    for address in (70000, 70001, 73000, -1):
        with pytest.raises(Trap, match="out of bounds memory access"):
            guest["load"](address)
        with pytest.raises(Trap, match="out of bounds memory access"):
            guest["store"](address, 1)
    assert [guest["grow_pages"](delta) for delta in (2, 1, 1)] == [-1, 1, -1]


def test_the_largest_with_32_bits() -> None:
    guest = _guest("0")
    assert [guest["grow"](delta) for delta in (4 * _GIB - 2, 2, 1)] == [0, -1, -2]
    assert guest["size"]() == -1
    guest["store"](-2, 7)
    assert guest["load"](-2) == 7
    with pytest.raises(Trap, match="out of bounds memory access"):
        guest["load"](-1)


def test_a_size_that_looks_like_a_failure() -> None:
    guest = _guest(f"i64 {4 * _GIB - 1}")
    assert [guest["grow"](delta) for delta in (-1, 64 * _GIB, 1, 60 * _GIB)] == [-1, -1, 4 * _GIB - 1, 4 * _GIB]
    guest["store"](64 * _GIB - 1, 7)
    assert guest["load"](64 * _GIB - 1) == 7
    with pytest.raises(Trap, match="out of bounds memory access"):
        guest["load"](64 * _GIB)
    assert [guest["grow"](delta) for delta in (1, 0)] == [-1, 64 * _GIB]


def test_who_waits_is_looked_for_within_the_memory() -> None:
    guest = _guest("11 20 shared")
    assert guest["notify"](4) == 0
    with pytest.raises(Trap, match="out of bounds memory access"):
        guest["notify"](8)
    guest["grow"](1)
    assert guest["notify"](8) == 0


def test_the_host_reads_and_writes_within_bounds() -> None:
    memory = mvvm.Memory(mvvm.Limits(10, None, page_size=1))
    assert (memory.pages, memory.size) == (10, 10)
    memory.span(7, 3)[:] = b"abc"
    assert memory.grow(5000) == 10
    assert (memory.pages, memory.size) == (5010, 5010)
    assert bytes(memory.span(7, 5003)) == b"abc" + bytes(5000)
    for address, size in ((5010, 1), (0, 5011), (-1, 1)):
        with pytest.raises(OutOfBounds):
            memory.span(address, size)


def test_other_pages_do_not_exist() -> None:
    with pytest.raises(UsageError, match="pages of 1 or 65536 bytes, not 4096"):
        mvvm.Memory(mvvm.Limits(1, None, page_size=4096))


@pytest.mark.parametrize("type_", ["3", "3 9", "i64 3", "3 9 shared"])
def test_it_is_imported_as_what_it_is(type_: str) -> None:
    maximum = 9 if "9" in type_ else None
    memory = mvvm.Memory(mvvm.Limits(3, maximum, index64="i64" in type_, shared="shared" in type_, page_size=1))
    index = "i64" if "i64" in type_ else "i32"
    users = [
        exports(
            f"""(module (import "env" "it" (memory $m {type_} (pagesize 1)))
            (func (export "grow") (result {index}) (memory.grow $m ({index}.const 2)))
            (func (export "load") (param {index}) (result i32) (i32.load8_u $m (local.get 0))))""",
            it=memory,
        )
        for _ in range(2)
    ]
    assert users[0]["grow"]() == 3
    memory.span(4, 1)[0] = 9
    assert users[1]["load"](4) == 9
    with pytest.raises(Trap, match="out of bounds memory access"):
        users[1]["load"](5)
    with pytest.raises(LinkError, match="incompatible import type"):
        exports(f'(module (import "env" "it" (memory {type_})))', it=memory)


def test_one_of_large_pages_is_not_imported_as_one_of_small_pages() -> None:
    with pytest.raises(LinkError, match="incompatible import type"):
        exports('(module (import "env" "it" (memory 1 (pagesize 1))))', it=mvvm.Memory(mvvm.Limits(1, None)))
    exports('(module (import "env" "it" (memory 1 (pagesize 65536))))', it=mvvm.Memory(mvvm.Limits(1, None)))


def test_the_host_may_limit_it() -> None:
    loaded = program(_GUEST.format(type="i64 100000", index="i64"))
    guest: Any = mvvm.Instance(loaded, max_pages=2).exports
    assert [guest["grow"](delta) for delta in (31073, 31072)] == [-1, 100000]
    with pytest.raises(EnvironmentFailure, match="needs 100000 bytes of memory, more than the limit of 65536"):
        mvvm.Instance(loaded, max_pages=1)


@pytest.mark.parametrize("type_", ["(memory i64 {0} {0} (pagesize 1))", "(table i64 {0} {0} funcref)"])
def test_the_largest_limits_are_read(type_: str) -> None:
    info = program(f'(module (import "env" "it" {type_.format((1 << 64) - 1)}))').info
    limits = info.memories[0] if info.memories else info.tables[0].limits
    assert (limits.minimum, limits.maximum) == ((1 << 64) - 1, (1 << 64) - 1)
