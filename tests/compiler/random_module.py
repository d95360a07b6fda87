"""Random modules for differential tests, in the text format.

Every module ends: each function and each turn of a loop spends fuel, and traps when there is none left. Nothing in
it depends on what Wasm leaves open: a NaN is made canonical before its bits can be seen, unless the module is to see
them. Addresses are masked to lie in memory, except those of accesses whose effect nothing can hide (see
`Writer.do_probe`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from mvvm.wasm.types import NAMES, V128, FuncType
from tests.compiler.random_function import HOST_TYPES, NUMBERS, TABLE_SIZE, TYPES, Label, Pick, Writer, signature

FUEL = 300

Call = tuple[int, tuple[int | float, ...]]  # a function with arguments


@dataclass(frozen=True)
class Size:
    """Limits: of functions in a module, of statements in a function, of the depth of expressions and blocks."""

    functions: int
    statements: int
    depth: int


@dataclass
class RandomModule:
    """The text of a module, with calls to make, in this order.

    The functions are exported as `f0`, `f1` and so on, with two i64 in place of each v128, the low one first. The
    module's state is exported too.
    """

    text: str
    calls: list[Call]


def _function(pick: Pick, types: list[FuncType], index: int, size: Size, sees_nans: bool) -> str:
    type_ = types[index]
    own = _some_types(pick, 4)
    writer = Writer(pick, types, index, type_.params + own, sees_nans)
    writer.labels.append(Label(type_.results))
    writer.emit("call $burn")
    for number, local in enumerate(own, len(type_.params)):
        writer.emit(writer.constant(local), f"local.set {number}")
    for _ in range(pick(range(1, size.statements + 1))):
        writer.statement(size.depth)
    if pick(range(2)):
        writer.value("i", size.depth)
        writer.emit("if")
        writer.labels.append(Label(""))
        writer.tail_call(size.depth)
        writer.labels.pop()
        writer.emit("end")
    writer.tail_call(size.depth)
    for result in type_.results:
        writer.value(result, size.depth)
    locals_ = [f"(local {NAMES[t]})" for t in own]
    locals_ += [f"(local ${use}_{t} {NAMES[t]})" for use in ("scratch", "keep") for t in TYPES]
    locals_ += [f"(local ${name} i32)" for name in ("base", *(f"n{i}" for i in range(writer.num_counters)))]
    export, exported = f'(export "f{index}")', ""
    if V128 in type_.key:
        export, exported = "", _exported(export, type_, index)
    head = f"(func $f{index} {export} (type $t{index}){signature(type_)}"
    return "\n    ".join([exported + f"  {head}", " ".join(locals_), *writer.lines, ")"])


def _flat(types: str) -> str:
    return types.replace(V128, "II")


def _exported(export: str, type_: FuncType, index: int) -> str:
    """What is exported of a function that takes or gives vectors, which not every host can pass."""
    flat = FuncType(_flat(type_.params), _flat(type_.results))
    lines = [f"  (func {export}{signature(flat)} " + _locals("result", type_.results)]
    at = 0
    for param in type_.params:
        if param == V128:
            lines.append(
                f"(i64x2.replace_lane 1 (i64x2.splat (local.get {at})) (local.get {at + 1}))",
            )
        else:
            lines.append(f"(local.get {at})")
        at += len(_flat(param))
    lines.append(f"(call $f{index})")
    lines += [f"(local.set $result{number})" for number in reversed(range(len(type_.results)))]
    for number, result in enumerate(type_.results):
        get = f"(local.get $result{number})"
        lines += [f"(i64x2.extract_lane {lane} {get})" for lane in range(2)] if result == V128 else [get]
    return "\n    ".join([*lines, ")"]) + "\n"


def _locals(name: str, types: str) -> str:
    return " ".join(f"(local ${name}{number} {NAMES[t]})" for number, t in enumerate(types))


def _some_types(pick: Pick, at_most: int) -> str:
    return "".join(pick(TYPES) for _ in range(pick(range(at_most + 1))))


def write_module(pick: Pick, size: Size, *, sees_nans: bool = False) -> RandomModule:
    """A module made by choices. With `sees_nans`, what it does depends on the bits of NaNs that arithmetic gives."""
    types = [FuncType(_some_types(pick, 3), _some_types(pick, 3)) for _ in range(pick(range(1, size.functions + 1)))]
    indices = " ".join(f"$f{i}" for i in range(len(types)))
    lines = ["(module"]
    lines += [f"  (type $t{i} (func{signature(type_)}))" for i, type_ in enumerate(types)]
    lines += [f'  (import "host" "{name}" (func ${name}{signature(type_)}))' for name, type_ in HOST_TYPES.items()]
    lines += [
        '  (memory (export "memory") 1 3)',
        f'  (table $t (export "table") {TABLE_SIZE} {TABLE_SIZE + 4} funcref)',
        f"  (elem (i32.const 0) {indices})",
        f"  (table $static {len(types) + 2} funcref)",
        f"  (elem (table $static) (i32.const 0) func {indices})",
        "  (elem $e func $f0 $f0 $f0)",
        '  (data $d "abcdefgh")',
        f'  (global $fuel (export "fuel") (mut i32) (i32.const {FUEL}))',
        *[f'  (global $g{t} (export "g{t}") (mut {NAMES[t]}) ({NAMES[t]}.const 3))' for t in NUMBERS],
        "  (global $gv (mut v128) (v128.const i32x4 3 0 0 0))",
        "  (func $burn (if (i32.eqz (global.get $fuel)) (then unreachable))",
        "    (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1))))",
        *_NOTES,
        *(_NOTES_OF_BITS if sees_nans else _NOTES_OF_FLOATS),
        *_FILL,
        '  (func (export "is_null") (param i32) (result i32) (ref.is_null (table.get $t (local.get 0))))',
        *[_function(pick, types, index, size, sees_nans) for index in range(len(types))],
    ]
    return RandomModule("\n".join([*lines, ")"]), _calls(pick, types))


# Functions that mix a value into a global, floats by their bits; those of NaNs may be hidden.
_NOTES = (
    '  (global $digest (export "digest") (mut i64) (i64.const 0))',
    "  (func $note_I (param i64)",
    "    (global.set $digest (i64.xor (i64.rotl (global.get $digest) (i64.const 7)) (local.get 0))))",
    "  (func $note_i (param i32) (call $note_I (i64.extend_i32_u (local.get 0))))",
    "  (func $note_v (param v128) (call $note_I (i64x2.extract_lane 0 (local.get 0)))",
    "    (call $note_I (i64x2.extract_lane 1 (local.get 0))))",
)
_NOTES_OF_FLOATS = (
    "  (func $note_F (param f64) (call $note_I (i64.reinterpret_f64",
    "    (select (local.get 0) (f64.const nan) (f64.eq (local.get 0) (local.get 0))))))",
    "  (func $note_f (param f32) (call $note_F (f64.promote_f32 (local.get 0))))",
)
_NOTES_OF_BITS = (
    "  (func $note_F (param f64) (call $note_I (i64.reinterpret_f64 (local.get 0))))",
    "  (func $note_f (param f32) (call $note_i (i32.reinterpret_f32 (local.get 0))))",
)
# Memory begins as noise.
_FILL = (
    "  (start $fill)",
    "  (func $fill (local $i i32) (loop $next",
    "    (i64.store (local.get $i) (i64.mul (i64.extend_i32_u (local.get $i)) (i64.const 0x9e3779b97f4a7c15)))",
    "    (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8))) (i32.const 65536)))))",
)
_ARGUMENTS: dict[str, tuple[int | float, ...]] = {
    "i": (0, 1, 2, 7, 31, 100, 65530, 65536, -1, -2, -65536, 0x7FFFFFFF, -0x80000000, 0x12345678),
    "I": (0, 1, 5, 63, -1, -3, 1 << 31, 1 << 32, (1 << 63) - 1, -(1 << 63), 0x123456789ABCDEF0),
    "f": (0.0, -0.0, 1.0, -1.5, 0.1, 3e9, -3e9, 1e-40, 3e38, float("inf"), float("-inf")),
    "F": (0.0, -0.0, 1.0, -2.5, 0.1, 3e9, -1e19, 5e-324, 1e308, float("inf"), float("-inf")),
}


def _calls(pick: Pick, types: list[FuncType]) -> list[Call]:
    indices = [pick(range(len(types))) for _ in range(pick(range(2, 6)))]
    return [(index, tuple(pick(_ARGUMENTS[t]) for t in _flat(types[index].params))) for index in indices]


@st.composite
def random_modules(draw: Callable[[st.SearchStrategy[Any]], Any]) -> RandomModule:
    """Small modules, which Hypothesis can make smaller."""
    return write_module(lambda options: draw(st.sampled_from(options)), Size(functions=4, statements=5, depth=3))
