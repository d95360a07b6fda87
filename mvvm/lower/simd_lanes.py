"""Vector instructions that move lanes: splats, single lanes, shuffles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.lower.lanes import (
    F32X4,
    F64X2,
    I8X16,
    I16X8,
    SHAPES,
    Shape,
    call,
    cast,
    extract,
    from_lanes,
    insert,
    known_lanes,
    pop,
    push,
    shuffle,
)
from mvvm.lower.llvm_types import float_bits
from mvvm.wasm.types import F32, F64

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering
    from mvvm.lower.simd_rows import Handler

_BYTES = I8X16.llvm
_FLOATS = {F32X4: F32, F64X2: F64}


def fill(f: FunctionLowering, shape: Shape, value: str) -> str:
    """A vector of a value, of a lane's type, in all lanes."""
    first = f.emit(f"insertelement {shape.llvm} poison, {shape.lane} {value}, i64 0")
    return f.emit(f"shufflevector {shape.llvm} {first}, {shape.llvm} poison, <{shape.count} x i32> zeroinitializer")


def _bits(value: str, shape: Shape) -> int:
    """The bits of a lane that a constant on the stack stands for."""
    if shape in _FLOATS:
        return float_bits(value, _FLOATS[shape])
    return int(value) & ((1 << shape.width) - 1)


def _narrowed(f: FunctionLowering, value: str, shape: Shape) -> str:
    """A number of Wasm as a lane."""
    return f.emit(f"trunc i32 {value} to {shape.lane}") if shape.width < 32 else value


def _splat(shape: Shape) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        value = f.stack.pop()
        if value[0] != "%":
            # So that arithmetic sees which constant it is (mvvm.lower.simd_float).
            f.stack.append(from_lanes(f, [_bits(value, shape)] * shape.count, shape))
            return
        push(f, fill(f, shape, _narrowed(f, value, shape)), shape.llvm)

    return lower


def _extract(shape: Shape, extend: str = "") -> Handler:
    def lower(f: FunctionLowering, index: Any) -> None:
        vector = pop(f, shape.llvm)
        value = extract(f, shape, vector, index)
        f.stack.append(f.emit(f"{extend} {shape.lane} {value} to i32") if extend else value)

    return lower


def _replace(shape: Shape) -> Handler:
    def lower(f: FunctionLowering, index: Any) -> None:
        value, vector = f.stack.pop(), f.stack.pop()
        known = known_lanes(f, vector, shape)
        if value[0] != "%" and known is not None:
            known[index] = _bits(value, shape)
            f.stack.append(from_lanes(f, known, shape))
            return
        narrowed = _narrowed(f, value, shape)
        push(f, insert(f, shape, cast(f, vector, shape.llvm), narrowed, index), shape.llvm)

    return lower


def _shuffle(f: FunctionLowering, indices: Any) -> None:
    second, first = pop(f, _BYTES), pop(f, _BYTES)
    push(f, shuffle(f, _BYTES, first, second, indices), _BYTES)


def swizzle(f: FunctionLowering, _: Any) -> None:
    """The first operand's bytes that the second one's name; 0 for what is not 0 to 15."""
    given = f.stack.pop()
    bytes_ = pop(f, _BYTES)
    known = known_lanes(f, given, I8X16)
    if known is not None:
        result = shuffle(f, _BYTES, bytes_, "zeroinitializer", [min(index, 16) for index in known])
    else:
        result = _swizzle(f, bytes_, cast(f, given, _BYTES))
    push(f, result, _BYTES)


def _swizzle(f: FunctionLowering, bytes_: str, indices: str) -> str:
    facts = f.facts
    operands = (_BYTES, bytes_), (_BYTES, indices)
    if facts.architecture == "aarch64":
        return call(f, _BYTES, "llvm.aarch64.neon.tbl1.v16i8", *operands)
    if "ssse3" in facts.features:
        # The instruction gives 0 for what has bit 7, and else looks at bits 0 to 3.
        high = call(f, _BYTES, "llvm.uadd.sat.v16i8", operands[1], (_BYTES, "splat (i8 112)"))
        return call(f, _BYTES, "llvm.x86.ssse3.pshuf.b.128", operands[0], (_BYTES, high))
    outside = call(f, _BYTES, "llvm.umin.v16i8", operands[1], (_BYTES, "splat (i8 16)"))
    if facts.architecture == "s390x" and "vector" in facts.features:
        # Of the 32 bytes of two vectors it takes those with the numbers that are in bits 0 to 4: 31 is a zero.
        numbers = f.emit(f"sub {_BYTES} splat (i8 15), {outside}")
        return call(f, _BYTES, "llvm.s390.vperm", operands[0], (_BYTES, "zeroinitializer"), (_BYTES, numbers))
    result = "poison"
    for at in range(16):
        index = f.emit(f"extractelement {_BYTES} {indices}, i64 {at}")
        index = f.emit(f"and i8 {index}, 15")
        if facts.reverses_bytes:
            index = f.emit(f"xor i8 {index}, 15")
        byte = f.emit(f"extractelement {_BYTES} {bytes_}, i8 {index}")
        result = f.emit(f"insertelement {_BYTES} {result}, i8 {byte}, i64 {at}")
    is_outside = f.emit(f"icmp eq {_BYTES} {outside}, splat (i8 16)")
    return f.emit(f"select <16 x i1> {is_outside}, {_BYTES} zeroinitializer, {_BYTES} {result}")


def _handlers() -> dict[str, Handler]:
    rows: dict[str, Handler] = {"i8x16.shuffle": _shuffle, "i8x16.swizzle": swizzle}
    for shape in SHAPES:
        rows[f"{shape.name}.splat"] = _splat(shape)
        rows[f"{shape.name}.replace_lane"] = _replace(shape)
        if shape in (I8X16, I16X8):
            rows[f"{shape.name}.extract_lane_s"] = _extract(shape, "sext")
            rows[f"{shape.name}.extract_lane_u"] = _extract(shape, "zext")
        else:
            rows[f"{shape.name}.extract_lane"] = _extract(shape)
    return rows


HANDLERS = _handlers()
