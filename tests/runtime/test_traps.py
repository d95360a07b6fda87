"""Traps: each kind with its code, its message and the functions it happened in; and life after them."""

from __future__ import annotations

import gc
from typing import Any

import pytest

import mvvm
from mvvm.abi import traps
from mvvm.errors import Trap
from tests.runtime.guest import exports, host, program

_KINDS: dict[str, tuple[int, str, str]] = {
    "unreachable": (traps.UNREACHABLE, "unreachable", "unreachable"),
    "load": (traps.MEMORY_OUT_OF_BOUNDS, "out of bounds memory access", "(drop (i32.load (i32.const 65533)))"),
    "far load": (
        traps.MEMORY_OUT_OF_BOUNDS,
        "out of bounds memory access",
        "(drop (i64.load offset=0xffffffff (i32.const 0xffffffff)))",
    ),
    "store": (
        traps.MEMORY_OUT_OF_BOUNDS,
        "out of bounds memory access",
        "(i64.store (i32.const -1) (i64.const 0))",
    ),
    "fill": (
        traps.MEMORY_OUT_OF_BOUNDS,
        "out of bounds memory access",
        "(memory.fill (i32.const 65000) (i32.const 0) (i32.const 1000))",
    ),
    "copy": (
        traps.MEMORY_OUT_OF_BOUNDS,
        "out of bounds memory access",
        "(memory.copy (i32.const 0) (i32.const 65536) (i32.const 1))",
    ),
    "init": (
        traps.MEMORY_OUT_OF_BOUNDS,
        "out of bounds memory access",
        "(memory.init $d (i32.const 0) (i32.const 2) (i32.const 2))",
    ),
    "table.get": (
        traps.TABLE_OUT_OF_BOUNDS,
        "out of bounds table access",
        "(drop (table.get $t (i32.const 4)))",
    ),
    "table.set": (
        traps.TABLE_OUT_OF_BOUNDS,
        "out of bounds table access",
        "(table.set $t (i32.const 4) (ref.null func))",
    ),
    "table.fill": (
        traps.TABLE_OUT_OF_BOUNDS,
        "out of bounds table access",
        "(table.fill $t (i32.const 3) (ref.null func) (i32.const 2))",
    ),
    "table.copy": (
        traps.TABLE_OUT_OF_BOUNDS,
        "out of bounds table access",
        "(table.copy $t $t (i32.const 0) (i32.const 3) (i32.const 2))",
    ),
    "table.init": (
        traps.TABLE_OUT_OF_BOUNDS,
        "out of bounds table access",
        "(table.init $t $e (i32.const 0) (i32.const 1) (i32.const 1))",
    ),
    "divide": (
        traps.INTEGER_DIVIDE_BY_ZERO,
        "integer divide by zero",
        "(drop (i32.div_s (i32.const 1) (global.get $zero)))",
    ),
    "remainder": (
        traps.INTEGER_DIVIDE_BY_ZERO,
        "integer divide by zero",
        "(drop (i64.rem_u (i64.const 1) (i64.extend_i32_s (global.get $zero))))",
    ),
    "quotient": (
        traps.INTEGER_OVERFLOW,
        "integer overflow",
        "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
    ),
    "too large": (
        traps.INTEGER_OVERFLOW,
        "integer overflow",
        "(drop (i32.trunc_f64_u (f64.const 4294967296)))",
    ),
    "not a number": (
        traps.BAD_CONVERSION_TO_INTEGER,
        "invalid conversion to integer",
        "(drop (i64.trunc_f32_s (f32.const nan)))",
    ),
    "call of another type": (
        traps.INDIRECT_CALL_TYPE_MISMATCH,
        "indirect call type mismatch",
        "(drop (call_indirect $t (result i32) (i32.const 0)))",
    ),
    "call of null": (
        traps.UNINITIALIZED_ELEMENT,
        "uninitialized element",
        "(call_indirect $t (i32.const 1))",
    ),
    "call beyond the table": (
        traps.UNDEFINED_ELEMENT,
        "undefined element",
        "(call_indirect $t (i32.const -1))",
    ),
}


@pytest.mark.parametrize("opt_level", [0, 3])
@pytest.mark.parametrize("kind", _KINDS)
def test_each_kind_has_its_code_message_and_backtrace(kind: str, opt_level: int) -> None:
    code, message, body = _KINDS[kind]
    wat = f"""(module (memory 1) (table $t 4 funcref) (elem (i32.const 0) func $outer) (elem $e func $outer)
      (data $d "abc") (global $zero (mut i32) (i32.const 0))
      (func $inner {body})
      (func $middle (call $inner))
      (func $outer (export "f") (call $middle))
      (func (export "fine") (result i32) (i32.const 1)))"""
    guest: dict[str, Any] = dict(mvvm.Instance(program(wat, opt_level)).exports)
    for _ in range(2):
        with pytest.raises(Trap) as trapped:
            guest["f"]()
        assert trapped.value.code == code
        assert str(trapped.value).startswith("wasm trap: ")
        assert message in str(trapped.value)
        names = [name for _, name in trapped.value.frames]
        assert names == (["inner", "middle", "outer"] if opt_level == 0 else ["outer"])  # else all is inlined
        assert guest["fine"]() == 1


def test_the_backtrace_goes_through_indirect_calls_and_recursion() -> None:
    wat = """(module (type $t (func (param i32))) (table 1 funcref) (elem (i32.const 0) func $down)
      (func $down (param i32)
        (if (i32.eqz (local.get 0)) (then unreachable))
        (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))
      (func $top (export "f") (param i32) (call $down (local.get 0))))"""
    function: Any = mvvm.Instance(program(wat, 0)).exports["f"]
    with pytest.raises(Trap) as trapped:
        function(3)
    assert trapped.value.frames == ((0, "down"),) * 4 + ((1, "top"),)
    with pytest.raises(Trap) as trapped:
        function(1000)
    assert trapped.value.frames == ((0, "down"),) * 64


def test_the_backtrace_names_functions_of_other_instances() -> None:
    inner = exports('(module (func $there (export "f") unreachable))')
    outer = exports('(module (import "env" "f" (func $f)) (func $here (export "g") (call $f)))', f=inner["f"])
    with pytest.raises(Trap) as trapped:
        outer["g"]()
    assert trapped.value.frames == ((0, "there"), (1, "here"))


def test_a_trap_in_a_nested_call_leaves_the_outer_one_whole() -> None:
    wat = """(module (import "env" "h" (func $h (param i32) (result i32)))
      (func $f (export "f") (param i32) (result i32)
        (if (i32.eqz (local.get 0)) (then unreachable))
        (i32.add (call $h (i32.sub (local.get 0) (i32.const 1))) (i32.const 1))))"""

    def function(x: int) -> int:
        try:
            return guest["f"](x)  # type: ignore[no-any-return]
        except Trap as trap:
            frames.append(trap.frames)
            return 100

    frames: list[Any] = []
    guest = exports(wat, h=host("i", "i", function))
    assert guest["f"](10) == 110
    assert frames == [((1, "f"),)]


@pytest.mark.parametrize(
    ("segment", "code"),
    [
        ('(data (i32.const 65535) "ab")', traps.MEMORY_OUT_OF_BOUNDS),
        ("(elem (i32.const 1) func $f)", traps.TABLE_OUT_OF_BOUNDS),
        ("(start $f)", traps.UNREACHABLE),
    ],
)
def test_traps_of_instantiation(segment: str, code: int) -> None:
    with pytest.raises(Trap, match=r"^wasm trap: ") as trapped:
        exports(f"(module (memory 1) (table 1 funcref) (func $f unreachable) {segment})")
    assert trapped.value.code == code


def test_the_shadow_stack_overflows_into_a_trap_of_its_own() -> None:
    wat = """(module (memory 2)
      (global $__stack_pointer (mut i32) (i32.const 70000))
      (global (export "__data_end") i32 (i32.const 66000)) (global (export "__heap_base") i32 (i32.const 70000))
      (func $take (export "take") (param i32)
        (global.set $__stack_pointer (i32.sub (global.get $__stack_pointer) (local.get 0)))))"""
    guest = exports(wat)
    guest["take"](4000)
    with pytest.raises(Trap, match="shadow stack overflow") as trapped:
        guest["take"](1)
    assert trapped.value.code == traps.SHADOW_STACK_OVERFLOW
    unchecked = mvvm.CompileOptions(aux_stack_check=False)
    free: dict[str, Any] = dict(mvvm.Instance(mvvm.load(mvvm.compile(wat.encode(), unchecked))).exports)
    free["take"](4001)


def _num_mappings() -> int:
    with open("/proc/self/maps") as maps:
        return len(maps.readlines())


def test_thousands_of_traps_leave_nothing_behind() -> None:
    guest = exports("""(module (memory 1)
      (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
      (func (export "stop") unreachable)
      (func $deep (export "deep") (result i32) (i32.add (call $deep) (i32.const 1))))""")

    def trap() -> None:
        for function, args in ((guest["load"], (-1,)), (guest["stop"], ())):
            with pytest.raises(Trap):
                function(*args)

    trap()
    gc.collect()
    before = _num_mappings()
    for _ in range(2000):
        trap()
    for _ in range(20):
        with pytest.raises(Trap, match="call stack exhausted"):
            guest["deep"]()
    gc.collect()
    assert _num_mappings() <= before + 2  # Python's own heap may have grown
    assert guest["load"](0) == 0
