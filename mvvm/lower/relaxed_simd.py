"""Relaxed SIMD: of the results that an instruction may have, the same one on every machine.

A program that moves must not see two machines differ, so what is chosen is what all of them can do:

    relaxed_swizzle, relaxed_trunc, relaxed_min, relaxed_max    as the instruction of Wasm 2.0
    relaxed_laneselect                                          as v128.bitselect
    relaxed_q15mulr_s                                           saturates, as i16x8.q15mulr_sat_s
    relaxed_madd, relaxed_nmadd                                 rounds once (fused)
    relaxed_dot_i8x16_i7x16_s                                   both operands are signed; sums wrap around
    relaxed_dot_i8x16_i7x16_add_s                               both operands are signed; sums of four are exact
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.lower.lanes import FLOATS, I8X16, I16X8, I32X4, INTEGERS, Shape, call, pop, push
from mvvm.lower.simd_bits import bitselect
from mvvm.lower.simd_convert import trunc_sat_f32x4, trunc_sat_f64x2
from mvvm.lower.simd_float import extremum, push_arithmetic
from mvvm.lower.simd_lanes import swizzle
from mvvm.lower.simd_widths import extended, high_lanes, low_lanes, madd, q15mulr

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering
    from mvvm.lower.simd_rows import Handler


def _madd(shape: Shape, *, negated: bool) -> Handler:
    llvm = shape.llvm

    def lower(f: FunctionLowering, _: Any) -> None:
        addend, right, left = (pop(f, llvm) for _ in range(3))
        if negated:
            left = f.emit(f"fneg {llvm} {left}")
        result = call(f, llvm, f"llvm.fma.{shape.intrinsic}", (llvm, left), (llvm, right), (llvm, addend))
        push_arithmetic(f, result, shape)

    return lower


def _products(f: FunctionLowering, left: str, right: str) -> list[str]:
    """The products of the i8 lanes, as i16: of the low and of the high half."""
    products = []
    for which in ("low", "high"):
        first, second = (extended(f, I8X16, vector, which, "s") for vector in (left, right))
        products.append(f.emit(f"mul {I16X8.llvm} {first}, {second}"))
    return products


def _halves(f: FunctionLowering, value: str) -> tuple[str, str]:
    """The i8 lanes with even and those with odd numbers, as i16."""
    return low_lanes(f, value, I16X8, "s"), high_lanes(f, value, I16X8, "s")


def _dot(f: FunctionLowering, _: Any) -> None:
    llvm = I16X8.llvm
    if f.facts.architecture == "aarch64":
        right, left = pop(f, I8X16.llvm), pop(f, I8X16.llvm)
        low, high = _products(f, left, right)
        push(f, call(f, llvm, "llvm.aarch64.neon.addp.v8i16", (llvm, low), (llvm, high)), llvm)
        return
    seconds, firsts = _halves(f, pop(f, llvm)), _halves(f, pop(f, llvm))
    even, odd = (f.emit(f"mul {llvm} {first}, {second}") for first, second in zip(firsts, seconds, strict=True))
    push(f, f.emit(f"add {llvm} {even}, {odd}"), llvm)


def _dot_add(f: FunctionLowering, _: Any) -> None:
    wide = I32X4.llvm
    addend = pop(f, wide)
    if f.facts.architecture == "aarch64":
        right, left = pop(f, I8X16.llvm), pop(f, I8X16.llvm)
        if "dotprod" in f.facts.features:
            operands = (wide, addend), (I8X16.llvm, left), (I8X16.llvm, right)
            push(f, call(f, wide, "llvm.aarch64.neon.sdot.v4i32.v16i8", *operands), wide)
            return
        pairs = [
            (wide, call(f, wide, "llvm.aarch64.neon.saddlp.v4i32.v8i16", (I16X8.llvm, products)))
            for products in _products(f, left, right)
        ]
        total = call(f, wide, "llvm.aarch64.neon.addp.v4i32", *pairs)
    else:
        seconds, firsts = _halves(f, pop(f, I16X8.llvm)), _halves(f, pop(f, I16X8.llvm))
        even, odd = (madd(f, first, second) for first, second in zip(firsts, seconds, strict=True))
        total = f.emit(f"add {wide} {even}, {odd}")
    push(f, f.emit(f"add {wide} {total}, {addend}"), wide)


HANDLERS: dict[str, Handler] = {
    "i8x16.relaxed_swizzle": swizzle,
    **{f"{shape.name}.relaxed_laneselect": bitselect for shape in INTEGERS},
    **{f"{shape.name}.relaxed_{name}": extremum(shape, name) for shape in FLOATS for name in ("min", "max")},
    **{f"{shape.name}.relaxed_madd": _madd(shape, negated=False) for shape in FLOATS},
    **{f"{shape.name}.relaxed_nmadd": _madd(shape, negated=True) for shape in FLOATS},
    **{f"i32x4.relaxed_trunc_f32x4_{sign}": trunc_sat_f32x4(sign) for sign in "su"},
    **{f"i32x4.relaxed_trunc_f64x2_{sign}_zero": trunc_sat_f64x2(sign) for sign in "su"},
    "i16x8.relaxed_q15mulr_s": q15mulr,
    "i16x8.relaxed_dot_i8x16_i7x16_s": _dot,
    "i32x4.relaxed_dot_i8x16_i7x16_add_s": _dot_add,
}
