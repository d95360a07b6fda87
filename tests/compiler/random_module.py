"""Random modules for differential tests, in the text format.

Every module ends: each function and each turn of a loop spends fuel, and traps when there is none left. Nothing in
it depends on what Wasm leaves open: a NaN is made canonical before its bits can be seen, unless the module is to see
them. Addresses are masked to lie in memory, except those of accesses whose effect nothing can hide (see
random_memories.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from mvvm.wasm.types import EXNREF, EXTERNREF, FUNCREF, V128, FuncType
from tests.compiler import (
    random_atomics,
    random_exceptions,
    random_legacy_exceptions,
    random_memories,
    random_references,
    random_tables,
)
from tests.compiler.random_function import Writer
from tests.compiler.random_scope import (
    HOST_TYPES,
    NON_NULL,
    NULLS,
    NUMBERS,
    REFERENCES,
    SPELLED,
    TYPED,
    Pick,
    Scope,
    expression,
    signature,
    simple,
    some_types,
)

FUEL = 300
SEE = "see_"  # begins the names of functions that tell what is in a table or global
# What a module may have or not, with the value types that go with it.
OPTIONAL = (
    (random_atomics.FAMILY, ""),
    (random_references.FAMILY, EXTERNREF + TYPED + NON_NULL),
    (random_exceptions.FAMILY, EXNREF),
    (random_legacy_exceptions.FAMILY, ""),
)

# Instructions that random modules do not have, and why.
NEVER = {"nop": "written, but the decoder leaves it out"}

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

    The functions are exported as `f0`, `f1` and so on. In place of each v128 they have two i64, the low one first; in
    place of a reference among the parameters an i32, and results that are references go into the digest. The module's
    state is exported too: memories, globals of numbers, and what tells of other globals and of tables (SEE).

    What it does may depend on the bits of NaNs that arithmetic gives: they must be canonical if it `sees_nans`.
    """

    text: str
    calls: list[Call]
    sees_nans: bool = False


def _function(pick: Pick, scope: Scope, index: int, size: Size) -> str:
    type_ = scope.types[index]
    own = some_types(pick, scope.value_types, 4)
    writer = Writer(pick, scope, index, type_.params + own)
    writer.write(size.statements, size.depth)
    locals_ = [f"(local {SPELLED[t]})" for t in own]
    locals_ += [f"(local ${use}_{t} {SPELLED[t]})" for use in ("scratch", "keep") for t in scope.value_types]
    locals_ += [f"(local $base_{t} {SPELLED[t]})" for t in "iI"]
    locals_ += [f"(local $n{number} i32)" for number in range(writer.num_counters)]
    of_tries = " ".join(f"(local $x{number} exnref)" for number in range(writer.num_tries))
    export, exported = f'(export "f{index}")', ""
    if any(t not in NUMBERS for t in type_.params + type_.results):
        export, exported = "", _exported(export, type_, index)
    head = f"(func $f{index} {export} (type $t{index}){signature(type_.params, type_.results)}"
    lines = [exported + f"  {head}", " ".join(locals_), *([f";;= {of_tries}"] if of_tries else [])]
    return "\n    ".join([*lines, *writer.lines, ")"])


def _flat(params: str) -> str:
    """The types of parameters that every host can pass."""
    return "".join("II" if t == V128 else "i" if t in REFERENCES else t for t in params)


def _exported(export: str, type_: FuncType, index: int) -> str:
    """What is exported of a function that takes or gives what not every host can pass."""
    results = "".join("II" if t == V128 else t for t in type_.results if t not in REFERENCES)
    lines = [f"  (func {export}{signature(_flat(type_.params), results)} " + _locals("result", type_.results)]
    at = 0
    for param in type_.params:
        get = f"(local.get {at})"
        if param == V128:
            get = f"(i64x2.replace_lane 1 (i64x2.splat {get}) (local.get {at + 1}))"
        elif param == EXNREF:
            get = f"(call $make_e {get})"
        elif param in (FUNCREF, TYPED):
            get = f"(select (result {SPELLED[param]}) (ref.func $f0) ({NULLS[param]}) {get})"
        elif param in REFERENCES:
            get = f"({simple(param)})"
        lines.append(get)
        at += len(_flat(param))
    lines.append(f"(call $f{index})")
    lines += [f"(local.set $result{number})" for number in reversed(range(len(type_.results)))]
    for number, result in enumerate(type_.results):
        get = f"(local.get $result{number})"
        if result == V128:
            lines += [f"(i64x2.extract_lane {lane} {get})" for lane in range(2)]
        else:
            lines.append(f"(call $note_{result} {get})" if result in REFERENCES else get)
    return "\n    ".join([*lines, ")"]) + "\n"


def _locals(name: str, types: str) -> str:
    return " ".join(f"(local ${name}{number} {SPELLED[t]})" for number, t in enumerate(types))


def _scope(pick: Pick, size: Size, sees_nans: bool) -> Scope:
    """Choose what there is to name."""
    chosen = [pair for pair in OPTIONAL if pick((False, True))]
    optional = [family for family, _ in chosen]
    value_types = NUMBERS + V128 + FUNCREF + "".join(types for _, types in chosen)
    # The first function's type is what TYPED and NON_NULL refer to; it could not refer to itself.
    own = value_types.replace(TYPED, "").replace(NON_NULL, "")
    types = [
        FuncType(some_types(pick, value_types if index else own, 3), some_types(pick, value_types if index else own, 3))
        for index in range(pick(range(1, size.functions + 1)))
    ]
    has_legacy = random_legacy_exceptions.FAMILY in optional
    return Scope(
        types,
        (random_memories.FAMILY, random_tables.FAMILY, *optional),
        value_types,
        random_memories.choose(pick),
        random_tables.choose(pick, value_types, len(types)),
        random_exceptions.choose(pick, value_types) if has_legacy or EXNREF in value_types else (),
        has_legacy,
        sees_nans,
    )


def write_module(pick: Pick, size: Size, *, sees_nans: bool = False) -> RandomModule:
    """A module made by choices. With `sees_nans`, what it does depends on the bits of NaNs that arithmetic gives."""
    scope = _scope(pick, size, sees_nans)
    types = scope.types
    lines = ["(module"]
    lines += [f"  (type $t{i} (func{signature(type_.params, type_.results)}))" for i, type_ in enumerate(types)]
    lines += [
        f'  (import "host" "{name}" (func ${name}{signature(type_.params, type_.results)}))'
        for name, type_ in HOST_TYPES.items()
    ]
    lines += [
        f'  (global $fuel (export "fuel") (mut i32) (i32.const {FUEL}))',
        *[f"  (global $five_{t} {SPELLED[t]} ({SPELLED[t]}.const 5))" for t in "iI"],
        *[_global(pick, type_) for type_ in scope.value_types],
        *random_memories.fields(pick, scope),
        *random_tables.fields(pick, scope),
        *random_exceptions.fields(scope),
        "  (func $burn (if (i32.eqz (global.get $fuel)) (then unreachable))",
        "    (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1))))",
        *_NOTES,
        *(_NOTES_OF_BITS if sees_nans else _NOTES_OF_FLOATS),
        *[
            f"  (func $note_{t} (param {SPELLED[t]}) (call $note_i (ref.is_null (local.get 0))))"
            for t in scope.value_types
            if t in REFERENCES and t != EXNREF
        ],
        *[_function(pick, scope, index, size) for index in range(len(types))],
    ]
    return RandomModule("\n".join([*lines, ")"]), _calls(pick, types), sees_nans)


def _global(pick: Pick, type_: str) -> str:
    name = f"$g{type_}"
    initial = expression(pick, type_, 3) if type_ in "iI" else f"({simple(type_)})"
    if type_ in NUMBERS:
        return f'  (global {name} (export "{name[1:]}") (mut {SPELLED[type_]}) {initial})'
    see = (
        f'(func (export "{SEE}{name[1:]}") (result i64) (call $note_{type_} (global.get {name})) (global.get $digest))'
    )
    return f"  (global {name} (mut {SPELLED[type_]}) {initial})\n  {see}"


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
_ARGUMENTS: dict[str, tuple[int | float, ...]] = {
    "i": (0, 1, 2, 7, 31, 100, 65530, 65536, -1, -2, -65536, 0x7FFFFFFF, -0x80000000, 0x12345678),
    "I": (0, 1, 5, 63, -1, -3, 1 << 31, 1 << 32, (1 << 63) - 1, -(1 << 63), 0x123456789ABCDEF0),
    "f": (0.0, -0.0, 1.0, -1.5, 0.1, 3e9, -3e9, 1e-40, 3e38, float("inf"), float("-inf")),
    "F": (0.0, -0.0, 1.0, -2.5, 0.1, 3e9, -1e19, 5e-324, 1e308, float("inf"), float("-inf")),
}


def _calls(pick: Pick, types: Sequence[FuncType]) -> list[Call]:
    indices = [pick(range(len(types))) for _ in range(pick(range(2, 6)))]
    return [(index, tuple(pick(_ARGUMENTS[t]) for t in _flat(types[index].params))) for index in indices]


@st.composite
def random_modules(draw: Callable[[st.SearchStrategy[Any]], Any]) -> RandomModule:
    """Small modules, which Hypothesis can make smaller."""
    return write_module(lambda options: draw(st.sampled_from(options)), Size(functions=3, statements=4, depth=3))
