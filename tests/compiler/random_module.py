"""Random modules for differential tests, in the text format.

Every module ends: each function and each turn of a loop spends fuel, and traps when there is none left. Nothing in
it depends on what Wasm leaves open: a NaN is made canonical before its bits can be seen. Addresses are masked to
lie in memory, except those of accesses whose effect nothing can hide (see `Writer.do_probe`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from mvvm.wasm.types import NAMES, FuncType
from tests.compiler.random_function import HOST_TYPES, NUMBERS, TABLE_SIZE, Label, Pick, Writer, signature

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

    The functions are exported as `f0`, `f1` and so on, the module's state is exported too.
    """

    text: str
    calls: list[Call]


def _function(pick: Pick, types: list[FuncType], index: int, size: Size) -> str:
    type_ = types[index]
    own = _some_types(pick, 4)
    writer = Writer(pick, types, index, type_.params + own)
    writer.labels.append(Label(type_.results))
    writer.emit("call $burn")
    for number, local in enumerate(own, len(type_.params)):
        writer.emit(writer.constant(local), f"local.set {number}")
    for _ in range(pick(range(1, size.statements + 1))):
        writer.statement(size.depth)
    for result in type_.results:
        writer.value(result, size.depth)
    locals_ = [f"(local {NAMES[t]})" for t in own]
    locals_ += [f"(local ${use}_{t} {NAMES[t]})" for use in ("scratch", "keep") for t in NUMBERS]
    locals_ += [f"(local ${name} i32)" for name in ("base", *(f"n{i}" for i in range(writer.num_counters)))]
    head = f'(func $f{index} (export "f{index}") (type $t{index}){signature(type_)}'
    return "\n    ".join([f"  {head}", " ".join(locals_), *writer.lines, ")"])


def _some_types(pick: Pick, at_most: int) -> str:
    return "".join(pick(NUMBERS) for _ in range(pick(range(at_most + 1))))


def write_module(pick: Pick, size: Size) -> RandomModule:
    """A module made by choices."""
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
        "  (func $burn (if (i32.eqz (global.get $fuel)) (then unreachable))",
        "    (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1))))",
        *_NOTES,
        *_FILL,
        '  (func (export "is_null") (param i32) (result i32) (ref.is_null (table.get $t (local.get 0))))',
        *[_function(pick, types, index, size) for index in range(len(types))],
    ]
    return RandomModule("\n".join([*lines, ")"]), _calls(pick, types))


# Functions that mix a value into a global, floats by their bits.
_NOTES = (
    '  (global $digest (export "digest") (mut i64) (i64.const 0))',
    "  (func $note_I (param i64)",
    "    (global.set $digest (i64.xor (i64.rotl (global.get $digest) (i64.const 7)) (local.get 0))))",
    "  (func $note_i (param i32) (call $note_I (i64.extend_i32_u (local.get 0))))",
    "  (func $note_F (param f64) (call $note_I (i64.reinterpret_f64",
    "    (select (local.get 0) (f64.const nan) (f64.eq (local.get 0) (local.get 0))))))",
    "  (func $note_f (param f32) (call $note_F (f64.promote_f32 (local.get 0))))",
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
    return [(index, tuple(pick(_ARGUMENTS[t]) for t in types[index].params)) for index in indices]


@st.composite
def random_modules(draw: Callable[[st.SearchStrategy[Any]], Any]) -> RandomModule:
    """Small modules, which Hypothesis can make smaller."""
    return write_module(lambda options: draw(st.sampled_from(options)), Size(functions=4, statements=5, depth=3))
