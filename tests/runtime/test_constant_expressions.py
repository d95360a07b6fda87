"""Constant expressions with arithmetic and other globals: initial values, offsets of segments of all kinds."""

from __future__ import annotations

import pytest

import mvvm
from mvvm.errors import Trap
from tests.runtime.guest import exports

_MODULE = """(module
  (import "env" "base" (global $base i64))
  (global $twice i64 (i64.mul (global.get $base) (i64.const 2)))
  (global $wraps (export "wraps") i32 (i32.sub (i32.add (i32.const 0x7fffffff) (i32.const 2)) (i32.const -3)))
  (global $late (export "late") (mut i64)
    (i64.sub (i64.mul (global.get $twice) (global.get $twice)) (global.get $base)))
  (memory $wide (export "wide") i64 2)
  (memory $narrow (export "narrow") 1)
  (table $t i64 8 funcref)
  (type $f (func (result i32)))
  (func $seven (type $f) (i32.const 7))
  (elem (table $t) (offset (i64.sub (global.get $twice) (global.get $base))) func $seven)
  (data (memory $wide) (offset (i64.add (i64.const 0x10000) (global.get $twice))) "here")
  (data (memory $narrow) (offset (i32.add (global.get $wraps) (i32.const 0x7ffffffd))) "there")
  (func (export "call") (param i64) (result i32) (call_indirect $t (type $f) (local.get 0))))"""


def _base(value: int) -> mvvm.Global:
    return mvvm.Global(mvvm.GlobalType("I", False), value)


def test_arithmetic_wraps_around_and_reads_what_came_before() -> None:
    made = exports(_MODULE, base=_base(3))
    assert (made["wraps"].value, made["late"].value) == (-0x7FFFFFFC, 33)
    assert bytes(made["wide"].span(0x10006, 4)) == b"here"
    assert bytes(made["narrow"].span(1, 5)) == b"there"
    assert made["call"](3) == 7
    with pytest.raises(Trap, match="undefined element"):
        made["call"](1 << 32 | 3)


@pytest.mark.parametrize(
    ("base", "message"),
    [(8, "out of bounds table access"), (-1, "out of bounds table access"), (1 << 62, "out of bounds table access")],
)
def test_a_segment_beyond_what_there_is_traps(base: int, message: str) -> None:
    with pytest.raises(Trap, match=message):
        exports(_MODULE, base=_base(base))


def test_a_data_segment_whose_offset_has_64_bits_is_not_cut() -> None:
    with pytest.raises(Trap, match="out of bounds memory access"):
        exports('(module (memory i64 1) (data (i64.const 0x1_0000_0000) "x"))')
