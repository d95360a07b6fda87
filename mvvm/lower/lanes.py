"""Vectors: how a v128 and its lanes are spelled in LLVM's IR.

A v128 is one value of the type `<2 x i64>`, whatever its lanes are taken for: instructions cast it to the vector they
work on and back, which costs nothing. It stands for the 128-bit integer whose low bytes are the first in a memory of
Wasm, in the byte order of the machine, like any other value. LLVM defines a cast of vectors by what it does to memory,
so on a big-endian machine lanes have the opposite order: what Wasm numbers from the low bytes up, LLVM numbers from the
high bytes down. Instructions that work on each lane alone need not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.lower.llvm_types import f32_constant, f64_constant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvvm.lower.function import FunctionLowering

V128 = "<2 x i64>"
BITS = 128
_MASK64 = (1 << 64) - 1


class Shape:
    """How a v128 is divided: `count` lanes of the LLVM type `lane`, of `width` bits; `name` as in mnemonics."""

    __slots__ = ("count", "intrinsic", "is_float", "lane", "llvm", "mask", "name", "width")

    def __init__(self, name: str, lane: str) -> None:
        self.name = name
        self.lane = lane
        self.count = int(name.partition("x")[2])
        self.width = BITS // self.count
        self.is_float = name[0] == "f"
        self.llvm = f"<{self.count} x {lane}>"
        self.intrinsic = f"v{self.count}{name.partition('x')[0]}"  # what LLVM appends to names of intrinsics
        self.mask = f"<{self.count} x i{self.width}>"  # integers of the same shape: what comparisons give


I8X16, I16X8, I32X4, I64X2 = (Shape(f"i{n}x{BITS // n}", f"i{n}") for n in (8, 16, 32, 64))
F32X4, F64X2 = Shape("f32x4", "float"), Shape("f64x2", "double")
INTEGERS = (I8X16, I16X8, I32X4, I64X2)
FLOATS = (F32X4, F64X2)
SHAPES = (*INTEGERS, *FLOATS)


def constant(f: FunctionLowering, bits: int) -> str:
    """A v128 of the given bits."""
    if bits == 0:
        return "zeroinitializer"
    low, high = bits & _MASK64, bits >> 64
    first, second = (high, low) if f.facts.reverses_bytes else (low, high)
    return f"<i64 {first}, i64 {second}>"


def constant_bits(value: str, *, reverses_bytes: bool) -> int:
    """The bits of a v128 that `constant` spelled."""
    if value[0] != "<":
        return 0
    first, second = (int(word) & _MASK64 for word in value[1:-1].replace("i64 ", "").split(","))
    return second | first << 64 if reverses_bytes else first | second << 64


def known_lanes(f: FunctionLowering, value: str, shape: Shape) -> list[int] | None:
    """The bits of the lanes of a v128, in Wasm's order, if it is a constant."""
    if value[0] == "%":
        return None
    bits = constant_bits(value, reverses_bytes=f.facts.reverses_bytes)
    return [bits >> shift & ((1 << shape.width) - 1) for shift in range(0, BITS, shape.width)]


def from_lanes(f: FunctionLowering, lanes: Sequence[int], shape: Shape) -> str:
    """The v128 constant of the bits of its lanes."""
    return constant(f, sum(bits << shape.width * index for index, bits in enumerate(lanes)))


def cast(f: FunctionLowering, value: str, llvm: str) -> str:
    """A v128 as the vector of another type."""
    if llvm == V128:
        return value
    known = f.vectors.get(value)
    if known is not None and known[0] == llvm:
        return known[1]
    return f.emit(f"bitcast {V128} {value} to {llvm}")


def push(f: FunctionLowering, value: str, llvm: str) -> None:
    """Push a vector of any type of 128 bits."""
    if llvm != V128:
        before = value
        value = f.emit(f"bitcast {llvm} {before} to {V128}")
        f.vectors[value] = (llvm, before)
    f.stack.append(value)


def pop(f: FunctionLowering, llvm: str) -> str:
    """Pop a v128 as a vector of a type."""
    return cast(f, f.stack.pop(), llvm)


def lane(f: FunctionLowering, count: int, index: int) -> int:
    """LLVM's number of a lane, of so many, that Wasm calls `index`."""
    return count - 1 - index if f.facts.reverses_bytes else index


def extract(f: FunctionLowering, shape: Shape, vector: str, index: int) -> str:
    """A lane of a vector, by Wasm's number."""
    return f.emit(f"extractelement {shape.llvm} {vector}, i64 {lane(f, shape.count, index)}")


def insert(f: FunctionLowering, shape: Shape, vector: str, value: str, index: int) -> str:
    """A vector with another value in a lane, by Wasm's number."""
    at = lane(f, shape.count, index)
    return f.emit(f"insertelement {shape.llvm} {vector}, {shape.lane} {value}, i64 {at}")


def shuffle(f: FunctionLowering, llvm: str, first: str, second: str, indices: Sequence[int]) -> str:
    """A vector of the lanes with these indices, in Wasm's order; the second vector's follow on the first one's.

    Both have the type `llvm`; the result has as many lanes as there are indices.
    """
    count = int(llvm[1:].partition(" ")[0])
    if f.facts.reverses_bytes:
        # In each vector the lanes stand in the opposite order, and so they do in the result.
        indices = [count - 1 - i if i < count else 3 * count - 1 - i for i in reversed(indices)]
    mask = ", ".join([f"i32 {index}" for index in indices])
    return f.emit(f"shufflevector {llvm} {first}, {llvm} {second}, <{len(indices)} x i32> <{mask}>")


def call(f: FunctionLowering, llvm: str, name: str, *arguments: tuple[str, str]) -> str:
    """Call an intrinsic, by its whole name, with typed arguments; the module of IR declares it."""
    types = ", ".join([type_ for type_, _ in arguments])
    f.declarations.add(f"declare {llvm} @{name}({types})\n")
    return f.emit(f"call {llvm} @{name}(" + ", ".join([f"{type_} {value}" for type_, value in arguments]) + ")")


def float_constant(shape: Shape, bits: int) -> str:
    """A lane's constant, by its bits."""
    return f32_constant(bits) if shape is F32X4 else f64_constant(bits)
