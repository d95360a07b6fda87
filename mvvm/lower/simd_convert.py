"""Vector instructions between integers and floats, and between floats of two widths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.lower.lanes import F32X4, F64X2, I32X4, call, pop, push, shuffle
from mvvm.lower.llvm_types import double
from mvvm.lower.simd_float import push_arithmetic, quieten, x86_extremum
from mvvm.lower.simd_widths import half

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering
    from mvvm.lower.simd_rows import Handler

_INTS, _FLOATS, _DOUBLES = I32X4.llvm, F32X4.llvm, F64X2.llvm
_CVTTPS = "llvm.x86.sse2.cvttps2dq"
_2_31 = "splat (float 0x41E0000000000000)"


def trunc_sat_f32x4(sign: str) -> Handler:
    """To the nearest integer that is not further from 0, and that there is; 0 for a NaN."""

    def lower(f: FunctionLowering, _: Any) -> None:
        value = pop(f, _FLOATS)
        if f.facts.architecture == "x86_64":
            result = (_x86_signed if sign == "s" else _x86_unsigned)(f, value)
        else:
            result = call(f, _INTS, f"llvm.fpto{sign}i.sat.v4i32.v4f32", (_FLOATS, value))
        push(f, result, _INTS)

    return lower


def _x86_signed(f: FunctionLowering, value: str) -> str:
    """The instruction gives the lowest integer for what is out of range, which above it has to become the highest."""
    is_number = f.emit(f"fcmp ord {_FLOATS} {value}, zeroinitializer")
    number = f.emit(f"select <4 x i1> {is_number}, {_FLOATS} {value}, {_FLOATS} zeroinitializer")
    result = call(f, _INTS, _CVTTPS, (_FLOATS, number))
    above = f.emit(f"fcmp oge {_FLOATS} {value}, {_2_31}")
    flip = f.emit(f"sext <4 x i1> {above} to {_INTS}")
    return f.emit(f"xor {_INTS} {result}, {flip}")


def _x86_unsigned(f: FunctionLowering, value: str) -> str:
    """The sum of two signed conversions: up to 2**31, and of what is beyond it."""
    positive = f.emit(f"fcmp ogt {_FLOATS} {value}, zeroinitializer")
    number = f.emit(f"select <4 x i1> {positive}, {_FLOATS} {value}, {_FLOATS} zeroinitializer")
    low = call(f, _INTS, _CVTTPS, (_FLOATS, number))
    beyond = f.emit(f"fsub {_FLOATS} {number}, {_2_31}")
    high = call(f, _INTS, _CVTTPS, (_FLOATS, beyond))
    above = f.emit(f"fcmp oge {_FLOATS} {beyond}, {_2_31}")
    flip = f.emit(f"sext <4 x i1> {above} to {_INTS}")
    saturated = f.emit(f"xor {_INTS} {high}, {flip}")
    rest = call(f, _INTS, "llvm.smax.v4i32", (_INTS, saturated), (_INTS, "zeroinitializer"))
    return f.emit(f"add {_INTS} {low}, {rest}")


def trunc_sat_f64x2(sign: str) -> Handler:
    """As trunc_sat_f32x4; the upper two lanes are 0."""

    def lower(f: FunctionLowering, _: Any) -> None:
        value, narrow = pop(f, _DOUBLES), "<2 x i32>"
        if f.facts.architecture == "x86_64" and sign == "s":
            push(f, _x86_signed_f64(f, value), _INTS)
        elif "sse4.1" in f.facts.features and sign == "u":
            push(f, _x86_unsigned_f64(f, value), _INTS)
        else:
            result = call(f, narrow, f"llvm.fpto{sign}i.sat.v2i32.v2f64", (_DOUBLES, value))
            push(f, shuffle(f, narrow, result, "zeroinitializer", range(4)), _INTS)

    return lower


def _x86_signed_f64(f: FunctionLowering, value: str) -> str:
    """As _x86_signed: what is above the range becomes the highest integer before the conversion, a NaN 0."""
    is_number = f.emit(f"fcmp ord {_DOUBLES} {value}, zeroinitializer")
    highest = f.emit(f"select <2 x i1> {is_number}, {_DOUBLES} {_highest(31)}, {_DOUBLES} zeroinitializer")
    inside = x86_extremum(f, F64X2, "min", value, highest)
    return call(f, _INTS, "llvm.x86.sse2.cvttpd2dq", (_DOUBLES, inside))


def _x86_unsigned_f64(f: FunctionLowering, value: str) -> str:
    """The low bits of the sum with 2**52 are those of an integer."""
    positive = x86_extremum(f, F64X2, "max", value, "zeroinitializer")
    inside = x86_extremum(f, F64X2, "min", positive, _highest(32))
    whole = call(f, _DOUBLES, "llvm.trunc.v2f64", (_DOUBLES, inside))
    total = f.emit(f"fadd {_DOUBLES} {whole}, splat (double {double(2.0**52)})")
    words = f.emit(f"bitcast {_DOUBLES} {total} to {_INTS}")
    return shuffle(f, _INTS, words, "zeroinitializer", (0, 2, 4, 5))


def _highest(bits: int) -> str:
    """The highest number of so many bits, in all lanes."""
    return f"splat (double {double((1 << bits) - 1)})"


def _convert(sign: str) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        push(f, f.emit(f"{sign}itofp {_INTS} {pop(f, _INTS)} to {_FLOATS}"), _FLOATS)

    return lower


def _convert_low(sign: str) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        low = half(f, I32X4, pop(f, _INTS), "low")
        push(f, f.emit(f"{sign}itofp <2 x i32> {low} to {_DOUBLES}"), _DOUBLES)

    return lower


def _promote_low(f: FunctionLowering, _: Any) -> None:
    operand = f.stack[-1]
    low = half(f, F32X4, pop(f, _FLOATS), "low")
    push_arithmetic(f, f.emit(f"fpext <2 x float> {low} to {_DOUBLES}"), F64X2)
    f.promotions[f.stack[-1]] = operand


def _demote_zero(f: FunctionLowering, _: Any) -> None:
    narrow = "<2 x float>"
    promoted = f.promotions.get(f.stack[-1])
    doubles = pop(f, _DOUBLES)
    if promoted is not None:  # LLVM would fold the pair to nothing
        f.stack.append(promoted)
        result = shuffle(f, _FLOATS, quieten(f, pop(f, _FLOATS), F32X4), "zeroinitializer", (0, 1, 4, 5))
    else:
        low = f.emit(f"fptrunc {_DOUBLES} {doubles} to {narrow}")
        result = shuffle(f, narrow, low, "zeroinitializer", range(4))
    push_arithmetic(f, result, F32X4)


HANDLERS: dict[str, Handler] = {
    "f32x4.demote_f64x2_zero": _demote_zero,
    "f64x2.promote_low_f32x4": _promote_low,
    **{f"i32x4.trunc_sat_f32x4_{sign}": trunc_sat_f32x4(sign) for sign in "su"},
    **{f"i32x4.trunc_sat_f64x2_{sign}_zero": trunc_sat_f64x2(sign) for sign in "su"},
    **{f"f32x4.convert_i32x4_{sign}": _convert(sign) for sign in "su"},
    **{f"f64x2.convert_low_i32x4_{sign}": _convert_low(sign) for sign in "su"},
}
