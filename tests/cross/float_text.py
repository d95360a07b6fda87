"""Float instructions, and pieces of a module's text that apply them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mvvm.wasm.opcodes import OPS, Immediate
from mvvm.wasm.types import NAMES

WIDTHS = {"i": 4, "I": 8, "f": 4, "F": 8}
"""Of the types, in bytes."""

# What works on bits: no NaN of these is open.
_EXACT = ("abs", "neg", "copysign", "reinterpret")


class Operation(NamedTuple):
    """An instruction: types of its operands, type of its result."""

    name: str
    pops: str
    pushes: str

    @property
    def is_open(self) -> bool:
        """Whether NaNs that it gives may be any that Wasm allows."""
        return self.pushes in ("f", "F") and not any(name in self.name for name in _EXACT)

    @property
    def can_trap(self) -> bool:
        """Whether it traps for some operands."""
        return ".trunc_f" in self.name

    def of(self, *operands: str) -> str:
        """It on operands."""
        return f"({self.name} {' '.join(operands)})"


OPERATIONS = [
    Operation(op.name, op.pops, op.pushes)
    for op in OPS
    if op.immediate == Immediate.NONE and op.pops and op.pushes
    if {*op.pops, *op.pushes} & {"f", "F"} and {*op.pops, *op.pushes} <= set(WIDTHS)
]


class Pointer(NamedTuple):
    """A local that goes through an array: its name, where the array is, the type of its elements."""

    local: str
    address: int
    type: str

    @property
    def load(self) -> str:
        """What it points to."""
        return f"({NAMES[self.type]}.load (local.get {self.local}))"

    def store(self, value: str, offset: int = 0) -> str:
        """Put a value there."""
        return store(self.type, f"(local.get {self.local})", value, offset)


def store(type_: str, address: str, value: str, offset: int = 0) -> str:
    """Put a value into memory."""
    return f"({NAMES[type_]}.store offset={offset} {address} {value})"


def loop(pointers: list[Pointer], *body: str) -> Iterator[str]:
    """A loop of $n turns, that many as there are elements."""
    for local, address, _ in pointers:
        yield f"(local.set {local} (i32.const {address}))"
    yield "(loop"
    yield from body
    for local, _, type_ in pointers:
        yield f"(local.set {local} (i32.add (local.get {local}) (i32.const {WIDTHS[type_]})))"
    yield "(br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))"


def constant(type_: str, bits: int) -> str:
    """The instruction that gives a float of these bits."""
    exponent_width, digits = (8, 23) if type_ == "f" else (11, 52)
    sign = "-" if bits >> exponent_width + digits else ""
    exponent, payload = bits >> digits & (1 << exponent_width) - 1, bits & (1 << digits) - 1
    bias = (1 << exponent_width - 1) - 1
    if exponent == (1 << exponent_width) - 1:
        text = f"nan:{payload:#x}" if payload else "inf"
    elif exponent:
        text = f"{payload | 1 << digits:#x}p{exponent - bias - digits}"
    else:
        text = f"{payload:#x}p{1 - bias - digits}"
    return f"({NAMES[type_]}.const {sign}{text})"


def in_range(op: Operation, operand: str) -> str:
    """Whether a conversion does not trap: the operand lies between two floats, or in f32 those next to them."""
    width, type_ = 8 * WIDTHS[op.pushes], NAMES[op.pops]
    step = 1 << max(0, width - (24 if op.pops == "f" else 53))
    low, high = (-1, 1 << width) if op.name[-1] == "u" else (-(1 << width - 1) - step, 1 << width - 1)
    bounds = f"({type_}.gt {operand} ({type_}.const {low})) ({type_}.lt {operand} ({type_}.const {high}))"
    return f"(i32.and {bounds})"


def of_bits(op: Operation) -> str:
    """A function that applies a conversion, given and returning bits as an i64."""
    operand = "(f64.reinterpret_i64 (local.get 0))"
    if op.pops == "f":
        operand = "(f32.reinterpret_i32 (i32.wrap_i64 (local.get 0)))"
    value = op.of(operand)
    if op.pushes == "i":
        value = f"(i64.extend_i32_u {value})"
    return f'(func (export "{op.name} of bits") (param i64) (result i64) {value})'
