"""Calling the guest from Python."""

from __future__ import annotations

import math
from typing import Any

import pytest

from mvvm.errors import UsageError
from mvvm.runtime.func import Func
from mvvm.runtime.global_ import Global
from mvvm.runtime.memory import Memory
from mvvm.runtime.table import Table
from tests.runtime.guest import exports, program

_IDENTITY = """(module
  (func (export "i32") (param i32) (result i32) (local.get 0))
  (func (export "i64") (param i64) (result i64) (local.get 0))
  (func (export "f32") (param f32) (result f32) (local.get 0))
  (func (export "f64") (param f64) (result f64) (local.get 0))
  (func (export "externref") (param externref) (result externref) (local.get 0))
  (func (export "funcref") (param funcref) (result funcref) (local.get 0)))"""


@pytest.mark.parametrize(
    ("type_", "given", "returned"),
    [
        ("i32", 7, 7),
        ("i32", -1, -1),
        ("i32", 0xFFFFFFFF, -1),
        ("i32", 0x80000000, -0x80000000),
        ("i32", True, 1),
        ("i64", -1, -1),
        ("i64", 0xFFFFFFFF_FFFFFFFF, -1),
        ("i64", 1 << 62, 1 << 62),
        ("f32", 1.5, 1.5),
        ("f32", 1, 1.0),
        ("f32", 0.1, 0.10000000149011612),
        ("f32", 1e39, math.inf),
        ("f32", -1e39, -math.inf),
        ("f64", 0.1, 0.1),
        ("f64", -0.0, -0.0),
        ("f64", math.inf, math.inf),
        ("externref", None, None),
        ("externref", "any object", "any object"),
        ("funcref", None, None),
    ],
)
def test_values_of_each_type_go_in_and_come_out(type_: str, given: object, returned: object) -> None:
    result = exports(_IDENTITY)[type_](given)
    assert result == returned
    assert type(result) is type(returned)
    assert repr(result) == repr(returned)  # which tells -0.0 from 0.0


def test_a_nan_stays_a_nan() -> None:
    assert math.isnan(exports(_IDENTITY)["f32"](math.nan))
    assert math.isnan(exports(_IDENTITY)["f64"](math.nan))


@pytest.mark.parametrize(
    ("type_", "given"),
    [
        ("i32", 1 << 32),
        ("i32", -(1 << 31) - 1),
        ("i32", 1.0),
        ("i32", None),
        ("i64", 1 << 64),
        ("f32", "1"),
        ("f64", None),
        ("funcref", 0),
        ("funcref", print),
    ],
)
def test_values_of_another_type_are_refused(type_: str, given: object) -> None:
    with pytest.raises(UsageError, match=f"is not a value of type {type_}"):
        exports(_IDENTITY)[type_](given)


def test_the_number_of_arguments_is_checked() -> None:
    with pytest.raises(UsageError, match="takes 1 arguments, not 2"):
        exports(_IDENTITY)["i32"](1, 2)


def test_no_result_is_none_and_several_are_a_tuple() -> None:
    guest = exports("""(module
      (func (export "none"))
      (func (export "three") (param f32 i64 i32) (result i32 i64 f32) (local.get 2) (local.get 1) (local.get 0)))""")
    assert guest["none"]() is None
    assert guest["three"](0.5, -2, 3) == (3, -2, 0.5)


def test_many_parameters_and_results() -> None:
    types = ("i32", "i64", "f32", "f64") * 50
    gets = " ".join(f"(local.get {199 - i})" for i in range(200))
    guest = exports(
        f'(module (func (export "reverse") (param {" ".join(types)}) (result {" ".join(reversed(types))}) {gets}))'
    )
    values: list[Any] = [float(i) if i % 4 > 1 else i for i in range(200)]
    assert guest["reverse"](*values) == tuple(reversed(values))


def test_exports_are_of_their_kinds_and_in_order() -> None:
    guest = exports("""(module
      (memory (export "m") 1) (table (export "t") 2 funcref) (global (export "g") i32 (i32.const 5))
      (func $f (export "f")) (export "again" (func $f)))""")
    assert list(guest) == ["m", "t", "g", "f", "again"]
    assert [type(item) for item in guest.values()] == [Memory, Table, Global, Func, Func]
    assert guest["f"].index == guest["again"].index == 0


@pytest.mark.parametrize(
    ("type_", "start", "new"),
    [("i32", -5, 7), ("i64", 1 << 40, -1), ("f32", 0.5, 2.5), ("f64", 0.1, -0.1)],
)
def test_globals_are_read_and_written(type_: str, start: object, new: object) -> None:
    guest = exports(f"""(module (global $g (export "g") (mut {type_}) ({type_}.const {start}))
      (func (export "get") (result {type_}) (global.get $g))
      (func (export "set") (param {type_}) (global.set $g (local.get 0))))""")
    assert (guest["g"].value, guest["get"]()) == (pytest.approx(start), pytest.approx(start))
    guest["g"].value = new
    assert guest["get"]() == guest["g"].value == pytest.approx(new)
    guest["set"](start)
    assert guest["g"].value == pytest.approx(start)


def test_an_immutable_global_is_not_written() -> None:
    guest = exports('(module (global (export "g") i32 (i32.const 5)))')
    with pytest.raises(UsageError, match="immutable"):
        guest["g"].value = 6
    assert guest["g"].value == 5


def test_a_start_function_has_run() -> None:
    guest = exports("""(module (global $g (export "g") (mut i32) (i32.const 1)) (start $s)
      (func $s (global.set $g (i32.const 2))))""")
    assert guest["g"].value == 2


def test_instances_of_a_program_are_apart() -> None:
    wat = """(module (memory (export "m") 1) (global $g (mut i32) (i32.const 0))
      (func (export "count") (result i32)
        (global.set $g (i32.add (global.get $g) (i32.const 1)))
        (i32.store8 (i32.const 0) (global.get $g))
        (global.get $g)))"""
    one, other = exports(wat), exports(wat)
    assert [one["count"](), one["count"](), other["count"]()] == [1, 2, 1]
    assert (one["m"].span(0, 1)[0], other["m"].span(0, 1)[0]) == (2, 1)


def test_the_names_of_functions_are_those_of_the_name_section() -> None:
    assert program("(module (func $first) (func) (func $third))").names == {0: "first", 2: "third"}
