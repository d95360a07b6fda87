"""Vectors between Python and the guest: 16 bytes, as v128.store would write them."""

from __future__ import annotations

import struct

import pytest

import mvvm
from mvvm.cli.invoke import format_value, parse_value
from mvvm.errors import UsageError
from mvvm.wasm.types import GlobalType
from tests.runtime.guest import exports, host, instance

_BYTES = bytes(range(1, 17))
_OTHER = struct.pack("<4f", 1.5, -0.0, 1e30, float("inf"))

_SWAP = """(module
  (func (export "swap") (param v128 v128) (result v128 v128) (local.get 1) (local.get 0))
  (func (export "mixed") (param f32 v128 i32 f64 v128 v128 v128 v128 v128 v128 v128)
    (result v128 f64 v128 f32 i32 v128 v128 v128 f32)
    (local.get 10) (local.get 3) (local.get 1) (local.get 0) (local.get 2) (local.get 4) (local.get 5) (local.get 6)
    (local.get 0))
  (func (export "lane") (param v128) (result i32) (i32x4.extract_lane 1 (local.get 0))))"""


def test_arguments_and_results() -> None:
    guest = exports(_SWAP)
    assert guest["swap"](_BYTES, _OTHER) == (_OTHER, _BYTES)
    assert guest["lane"](struct.pack("<4i", 1, -2, 3, 4)) == -2


def test_among_others() -> None:
    vectors = [bytes([i]) * 16 for i in range(8)]
    args = (0.5, vectors[0], -3, 2.5, *vectors[1:])
    results = (vectors[7], 2.5, vectors[0], 0.5, -3, *vectors[1:4], 0.5)
    assert exports(_SWAP)["mixed"](*args) == results


@pytest.mark.parametrize("value", [bytearray(_BYTES), memoryview(_BYTES), int.from_bytes(_BYTES, "little")])
def test_what_else_is_a_vector(value: object) -> None:
    assert exports(_SWAP)["swap"](value, 0) == (bytes(16), _BYTES)


@pytest.mark.parametrize("value", [_BYTES[1:], _BYTES + b"0", -1, 1 << 128, 1.5, None, "0" * 16])
def test_what_is_none(value: object) -> None:
    with pytest.raises(UsageError, match="is not a value of type v128"):
        exports(_SWAP)["lane"](value)


_FORWARD = """(module
  (type $h (func (param i32 v128 f64 v128) (result v128 f32 v128)))
  (import "env" "h" (func $h (type $h)))
  (import "env" "one" (func $one (param v128) (result v128)))
  (table 1 funcref) (elem (i32.const 0) func $h)
  (func (export "direct") (type $h) (call $h (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
  (func (export "through table") (type $h)
    (call_indirect (type $h) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 0)))
  (func (export "one") (param v128) (result v128) (call $one (i8x16.add (local.get 0) (call $one (local.get 0))))))"""


@pytest.mark.parametrize("name", ["direct", "through table"])
def test_host_functions(name: str) -> None:
    seen: list[tuple[object, ...]] = []

    def function(*args: object) -> tuple[object, ...]:
        seen.append(args)
        return args[3], 0.25, args[1]

    one = host("v", "v", lambda value: bytes(reversed(value)))
    guest = exports(_FORWARD, h=host("ivFv", "vfv", function), one=one)
    assert guest[name](-7, _BYTES, 0.1, _OTHER) == (_OTHER, 0.25, _BYTES)
    assert seen == [(-7, _BYTES, 0.1, _OTHER)]
    assert guest["one"](_BYTES) == bytes([17] * 16)


def test_a_host_function_that_gives_no_vector() -> None:
    with pytest.raises(UsageError, match="is not a value of type v128"):
        exports(_FORWARD, h=host("ivFv", "vfv", print), one=host("v", "v", lambda _: b""))["one"](_BYTES)


def test_a_raw_host_function_gets_two_integers() -> None:
    seen: list[tuple[int, ...]] = []

    def function(*args: int) -> int:
        seen.append(args)
        return 0

    wat = """(module (import "env" "h" (func $h (param i32 v128 i64)))
      (func (export "f") (param v128) (call $h (i32.const 5) (local.get 0) (i64.const -1))))"""
    exports(wat, h=mvvm.Func(mvvm.FuncType("ivI", ""), function, raw=True))["f"](_BYTES)
    assert seen == [(5, *struct.unpack("<2Q", _BYTES), (1 << 64) - 1)]


_GLOBALS = """(module
  (import "env" "given" (global $given v128))
  (import "env" "shared" (global $shared (mut v128)))
  (global $own (export "own") (mut v128) (v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16))
  (global $copy (export "copy") v128 (global.get $given))
  (func (export "rotate") (local $old v128)
    (local.set $old (global.get $own))
    (global.set $own (global.get $shared))
    (global.set $shared (local.get $old)))
  (func (export "given") (result v128) (global.get $given)))"""


def test_globals() -> None:
    given = mvvm.Global(GlobalType("v", False), _OTHER)
    shared = mvvm.Global(GlobalType("v", True))
    assert shared.value == bytes(16)
    shared.value = bytes(reversed(_BYTES))
    made = instance(_GLOBALS, given=given, shared=shared).exports
    own, copy, rotate = made["own"], made["copy"], made["rotate"]
    assert isinstance(own, mvvm.Global)
    assert isinstance(copy, mvvm.Global)
    assert isinstance(rotate, mvvm.Func)
    assert (own.value, own.raw, copy.value) == (_BYTES, int.from_bytes(_BYTES, "little"), _OTHER)
    rotate()
    assert (own.value, shared.value) == (bytes(reversed(_BYTES)), _BYTES)
    own.value = 1 << 127
    rotate()
    assert shared.value == bytes(15) + b"\x80"


def test_on_the_command_line() -> None:
    assert parse_value("0x10f0e0d0c0b0a09", "v") == 0x10F0E0D0C0B0A09
    assert parse_value("18", "v") == 18
    assert format_value(_BYTES, "v") == str(int.from_bytes(_BYTES, "little"))
    for text in ("-1", str(1 << 128), "null", "1.5"):
        with pytest.raises(UsageError, match="v128"):
            parse_value(text, "v")
