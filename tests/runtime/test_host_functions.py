"""The guest calls Python."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import mvvm
from mvvm.errors import GuestExit, LinkError, Trap, UsageError
from tests.runtime.guest import exports, host

_SIGNATURE = "(param i32 i64 f32 f64 externref funcref) (result i32 i64 f32 f64 externref funcref)"
_FORWARD = f"""(module
  (import "env" "h" (func $h {_SIGNATURE}))
  (func (export "f") {_SIGNATURE}
    (call $h (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5))))"""


def test_arguments_and_results_of_all_types() -> None:
    seen: list[tuple[object, ...]] = []

    def function(*args: object) -> tuple[object, ...]:
        seen.append(args)
        return args

    given = (-1, -(1 << 63), 0.5, -0.1, "object", None)
    assert exports(_FORWARD, h=host("iIfFxr", "iIfFxr", function))["f"](*given) == given
    assert seen == [given]


@pytest.mark.parametrize(
    ("type_", "name", "value"),
    [
        ("i", "i32", -0x80000000),
        ("i", "i32", 0x7FFFFFFF),
        ("I", "i64", -1),
        ("f", "f32", -0.5),
        ("F", "f64", math.inf),
        ("x", "externref", "object"),
    ],
)
def test_a_single_result_of_each_type(type_: str, name: str, value: object) -> None:
    guest = exports(
        f"""(module (import "env" "h" (func $h (result {name})))
        (func (export "f") (result {name}) (call $h)))""",
        h=host("", type_, lambda: value),
    )
    assert guest["f"]() == value


_CALLS = """(module
  (import "env" "h" (func $h (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $g (export "g") (mut i32) (i32.const 0))
  (func (export "f") (param i32) (result i32)
    (global.set $g (i32.const 1))
    (call $h (local.get 0))
    (global.set $g (i32.const 2)))
  (func (export "deep") (param i32 i32) (result i32)
    (if (result i32) (local.get 1)
      (then (call 2 (local.get 0) (i32.sub (local.get 1) (i32.const 1))) (i32.add (i32.const 1)))
      (else (call $h (local.get 0))))))"""


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), GuestExit(3), Trap(1, "mine")])
def test_an_exception_passes_through_the_frames_of_the_guest(error: BaseException) -> None:
    def function(_: int) -> int:
        raise error

    guest = exports(_CALLS, h=host("i", "i", function))
    with pytest.raises(type(error)) as caught:
        guest["deep"](1, 100)
    assert caught.value is error
    with pytest.raises(type(error)):
        guest["f"](1)
    assert guest["g"].value == 1  # what comes after the call did not happen


def test_the_guest_goes_on_after_an_exception() -> None:
    def function(x: int) -> int:
        if x < 0:
            raise ValueError(x)
        return x * 2

    guest = exports(_CALLS, h=host("i", "i", function))
    for _ in range(3):
        with pytest.raises(ValueError, match="-5"):
            guest["f"](-5)
        assert guest["deep"](5, 10) == 20


def test_the_host_calls_back_into_the_guest() -> None:
    guest: dict[str, Any] = {}
    depth = 0

    def function(x: int) -> int:
        nonlocal depth
        depth = max(depth, x)
        return x if x >= 20 else guest["f"](x + 1) + 1

    guest = exports(_CALLS, h=host("i", "i", function))
    assert (guest["f"](0), depth) == (40, 20)


def test_an_exception_passes_through_nested_calls_until_it_is_caught() -> None:
    guest: dict[str, Any] = {}

    def function(x: int) -> int:
        if x == 10:
            raise LookupError
        if x == 5:
            with pytest.raises(LookupError):
                guest["deep"](x + 1, 3)
            return -1
        return guest["f"](x + 1)  # type: ignore[no-any-return]

    guest = exports(_CALLS, h=host("i", "i", function))
    assert guest["f"](0) == -1
    with pytest.raises(LookupError):
        guest["f"](6)


@pytest.fixture
def recursion_limit() -> Iterator[None]:
    before = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("recursion_limit")
def test_a_recursion_through_the_host_raises_recursion_error_at_whatever_depth_it_strikes() -> None:
    guest: dict[str, Any] = {}
    guest = exports(_CALLS, h=host("i", "i", lambda x: guest["f"](x)))
    for limit in range(400, 420):
        sys.setrecursionlimit(limit)
        with pytest.raises(RecursionError):
            guest["f"](0)


@pytest.mark.parametrize(
    ("results", "returned"),
    [("", 1), ("i", None), ("i", "1"), ("i", (1,)), ("ii", (1,)), ("ii", (1, 2, 3)), ("ii", 1), ("ii", None)],
)
def test_results_that_do_not_fit_are_an_error_of_the_caller(results: str, returned: object) -> None:
    guest = exports(
        f"""(module (import "env" "h" (func $h {"(result i32)" * len(results)}))
        (func (export "f") {"(result i32)" * len(results)} (call $h)))""",
        h=host("", results, lambda: returned),
    )
    with pytest.raises(UsageError):
        guest["f"]()


def test_imports_are_checked() -> None:
    with pytest.raises(LinkError, match=r"unknown import: .* function env\.h"):
        exports(_CALLS)
    with pytest.raises(LinkError, match="incompatible import type"):
        exports(_CALLS, h=host("I", "i", abs))
    with pytest.raises(LinkError, match="incompatible import type"):
        exports(_CALLS, h=mvvm.Memory(mvvm.Limits(1, None)))


def test_a_host_function_that_is_exported_again_is_the_same() -> None:
    function = host("i", "i", abs)
    guest = exports(
        '(module (import "env" "h" (func $h (param i32) (result i32))) (export "again" (func $h)))', h=function
    )
    assert guest["again"] is function
    assert guest["again"](-3) == 3


def test_a_host_function_as_start_function() -> None:
    called = []
    exports('(module (import "env" "h" (func $h)) (start $h))', h=host("", "", lambda: called.append(True)))
    assert called == [True]


def test_a_raw_function_gets_unsigned_numbers() -> None:
    seen = []

    def function(*args: int) -> int:
        seen.append(args)
        return 0xFFFFFFFF

    raw = mvvm.Func(mvvm.FuncType("iI", "i"), function, raw=True)
    guest = exports(
        """(module (import "env" "h" (func $h (param i32 i64) (result i32)))
        (func (export "f") (result i32) (call $h (i32.const -1) (i64.const -1))))""",
        h=raw,
    )
    assert guest["f"]() == -1
    assert seen == [(0xFFFFFFFF, 0xFFFFFFFF_FFFFFFFF)]
