"""Values that scripts give to functions, and patterns that they expect of results.

Everything is compared by bits; no float of Python's takes part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tests.spec.literals import float_bits, int_bits
from tests.spec.sexpr import Atom, List, Node, SyntaxFailure

WIDTHS = {"i32": 32, "i64": 64, "f32": 32, "f64": 64, "v128": 128}
_LANES = {"i8x16": ("i", 8), "i16x8": ("i", 16), "i32x4": ("i", 32), "i64x2": ("i", 64)} | {
    "f32x4": ("f", 32),
    "f64x2": ("f", 64),
}

# The types of results that a heap type of the script stands for.
_NULLS = {
    "func": "funcref",
    "nofunc": "funcref",
    "extern": "externref",
    "noextern": "externref",
    "exn": "exnref",
    "noexn": "exnref",
}
_SUBTYPES = {
    "func": ("funcref",),
    "extern": ("externref",),
    "exn": ("exnref",),
    "host": ("anyref",),
    "i31": ("i31ref",),
    "struct": ("structref",),
    "array": ("arrayref",),
    "eq": ("i31ref", "structref", "arrayref"),
    "any": ("i31ref", "structref", "arrayref", "anyref"),
}


@dataclass(frozen=True, slots=True)
class Value:
    """A Wasm value: `bits` are unsigned for numbers.

    For references they are None for null, the host's number for what `ref.extern` made, and else without meaning.
    """

    type: str
    bits: int | None

    def __str__(self) -> str:
        if self.bits is None:
            return f"{self.type} null"
        if self.type in WIDTHS:
            return f"{self.type} {self.bits:#0{WIDTHS[self.type] // 4 + 2}x}"
        return f"{self.type} {self.bits}"


@dataclass(frozen=True, slots=True)
class Bits:
    """A number whose bits under `mask` are `bits`: the mask is what makes a NaN canonical or arithmetic."""

    type: str
    bits: int
    mask: int

    def matches(self, value: Value) -> bool:
        return value.type == self.type and value.bits is not None and value.bits & self.mask == self.bits

    def __str__(self) -> str:
        exact = self.mask == (1 << WIDTHS[self.type]) - 1
        return f"{Value(self.type, self.bits)}" + ("" if exact else f" under the mask {self.mask:#x}")


@dataclass(frozen=True, slots=True)
class Null:
    type: str | None  # any type of reference, if None

    def matches(self, value: Value) -> bool:
        return value.bits is None and self.type in (None, value.type)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference that is not null, of one of `types`; `number` is the host's number, if it matters."""

    types: tuple[str, ...]
    number: int | None

    def matches(self, value: Value) -> bool:
        return value.bits is not None and value.type in self.types and self.number in (None, value.bits)


@dataclass(frozen=True, slots=True)
class Either:
    patterns: tuple[Pattern, ...]

    def matches(self, value: Value) -> bool:
        return any(pattern.matches(value) for pattern in self.patterns)


Pattern: TypeAlias = Bits | Null | Reference | Either


def read_value(node: Node) -> Value:
    """An argument: `(i32.const 1)`, `(ref.null extern)`, `(ref.extern 1)`."""
    match read_pattern(node):
        case Bits(type=type_, bits=bits):
            return Value(type_, bits)
        case Null(type=str(type_)):
            return Value(type_, None)
        case Reference(types=(type_,), number=int(number)):
            return Value(type_, number)
    raise SyntaxFailure(f"not an argument: {node}")


def read_pattern(node: Node) -> Pattern:
    """An expected result: a constant, a NaN pattern, a kind of reference or `(either ...)`."""
    if not isinstance(node, List):
        raise SyntaxFailure(f"not a result: {node}")
    head = node.head
    if head == "either":
        return Either(tuple(read_pattern(item) for item in node.items[1:]))
    operands = [item.text for item in node.items[1:] if isinstance(item, Atom)]
    if head.endswith(".const"):
        return _read_const(head.removesuffix(".const"), operands)
    if head == "ref.null":
        return Null(_NULLS.get(operands[0], "anyref") if operands else None)
    subtypes = _SUBTYPES.get(head.removeprefix("ref."))
    if subtypes is None:
        raise SyntaxFailure(f"not a result: {head}")
    return Reference(subtypes, int(operands[0], 0) if operands else None)


def _read_const(type_: str, operands: Sequence[str]) -> Bits:
    if type_ != "v128":
        return Bits(type_, *_read_lane(type_[0], WIDTHS[type_], operands[0]))
    kind, width = _LANES[operands[0]]
    lanes = [_read_lane(kind, width, operand) for operand in operands[1:]]
    return Bits(
        type_,
        sum(bits << (i * width) for i, (bits, _) in enumerate(lanes)),
        sum(mask << (i * width) for i, (_, mask) in enumerate(lanes)),
    )


def _read_lane(kind: str, width: int, literal: str) -> tuple[int, int]:
    """Bits and mask of a number or a lane of `width` bits; `kind` is i or f."""
    everything = (1 << width) - 1
    if kind == "i":
        return int_bits(literal, width), everything
    quiet_nan = float_bits("nan", width)
    if literal == "nan:canonical":  # any sign, only the quiet bit in the mantissa
        return quiet_nan, everything >> 1
    if literal == "nan:arithmetic":  # any sign, the quiet bit and any others
        return quiet_nan, quiet_nan
    return float_bits(literal, width), everything
