"""Vector instructions on integers whose results have lanes of another width than their operands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.lower.lanes import I8X16, I16X8, I32X4, I64X2, Shape, call, pop, push, shuffle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvvm.lower.function import FunctionLowering
    from mvvm.lower.simd_rows import Handler

_EXTEND = {"s": "sext", "u": "zext"}


def half(f: FunctionLowering, shape: Shape, vector: str, which: str) -> str:
    """The low or the high half of the lanes of a vector."""
    first = 0 if which == "low" else shape.count // 2
    return shuffle(f, shape.llvm, vector, "poison", range(first, first + shape.count // 2))


def extended(f: FunctionLowering, shape: Shape, vector: str, which: str, sign: str) -> str:
    """Half of the lanes of a vector, twice as wide."""
    count = shape.count // 2
    lanes = half(f, shape, vector, which)
    return f.emit(f"{_EXTEND[sign]} <{count} x {shape.lane}> {lanes} to <{count} x i{2 * shape.width}>")


def _extend(shape: Shape, wide: Shape, which: str, sign: str) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        push(f, extended(f, shape, pop(f, shape.llvm), which, sign), wide.llvm)

    return lower


def _extmul(shape: Shape, wide: Shape, which: str, sign: str) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        right, left = (extended(f, shape, pop(f, shape.llvm), which, sign) for _ in range(2))
        push(f, f.emit(f"mul {wide.llvm} {left}, {right}"), wide.llvm)

    return lower


def low_lanes(f: FunctionLowering, vector: str, wide: Shape, sign: str) -> str:
    """Of each lane of a vector its lower half, extended to all of it."""
    bits = wide.width // 2
    if sign == "u":
        return f.emit(f"and {wide.llvm} {vector}, splat ({wide.lane} {(1 << bits) - 1})")
    up = f.emit(f"shl {wide.llvm} {vector}, splat ({wide.lane} {bits})")
    return f.emit(f"ashr {wide.llvm} {up}, splat ({wide.lane} {bits})")


def high_lanes(f: FunctionLowering, vector: str, wide: Shape, sign: str) -> str:
    """Of each lane of a vector its upper half, extended to all of it."""
    shift = "ashr" if sign == "s" else "lshr"
    return f.emit(f"{shift} {wide.llvm} {vector}, splat ({wide.lane} {wide.width // 2})")


def _extadd_pairwise(shape: Shape, wide: Shape, sign: str) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        facts = f.facts
        if facts.architecture == "aarch64":
            name = f"llvm.aarch64.neon.{sign}addlp.{wide.intrinsic}.{shape.intrinsic}"
            total = call(f, wide.llvm, name, (shape.llvm, pop(f, shape.llvm)))
        elif facts.architecture == "x86_64" and shape is I16X8 and sign == "s":
            ones = (shape.llvm, "splat (i16 1)")
            total = call(f, wide.llvm, "llvm.x86.sse2.pmadd.wd", (shape.llvm, pop(f, shape.llvm)), ones)
        elif "ssse3" in facts.features and shape is I8X16:
            # The first operand is unsigned, the second one signed.
            operands = [(shape.llvm, pop(f, shape.llvm)), (shape.llvm, "splat (i8 1)")]
            total = call(f, wide.llvm, "llvm.x86.ssse3.pmadd.ub.sw.128", *operands[:: 1 if sign == "u" else -1])
        else:
            vector = pop(f, wide.llvm)
            low, high = low_lanes(f, vector, wide, sign), high_lanes(f, vector, wide, sign)
            total = f.emit(f"add {wide.llvm} {low}, {high}")
        push(f, total, wide.llvm)

    return lower


_PACK = {
    (I8X16, "s"): ("llvm.x86.sse2.packsswb.128", ""),
    (I8X16, "u"): ("llvm.x86.sse2.packuswb.128", ""),
    (I16X8, "s"): ("llvm.x86.sse2.packssdw.128", ""),
    (I16X8, "u"): ("llvm.x86.sse41.packusdw", "sse4.1"),
}


def _narrow(shape: Shape, wide: Shape, sign: str) -> Handler:
    """Saturate: the operands are signed, the result is what the sign says."""
    low, high = (-1 << (shape.width - 1), (1 << (shape.width - 1)) - 1) if sign == "s" else (0, (1 << shape.width) - 1)
    instruction, feature = _PACK[shape, sign]
    half_type = f"<{wide.count} x {shape.lane}>"

    def lower(f: FunctionLowering, _: Any) -> None:
        second, first = pop(f, wide.llvm), pop(f, wide.llvm)
        if f.facts.architecture == "x86_64" and (not feature or feature in f.facts.features):
            push(f, call(f, shape.llvm, instruction, (wide.llvm, first), (wide.llvm, second)), shape.llvm)
            return
        halves = []
        for vector in (first, second):
            above = call(
                f,
                wide.llvm,
                f"llvm.smax.{wide.intrinsic}",
                (wide.llvm, vector),
                (wide.llvm, f"splat ({wide.lane} {low})"),
            )
            inside = call(
                f,
                wide.llvm,
                f"llvm.smin.{wide.intrinsic}",
                (wide.llvm, above),
                (wide.llvm, f"splat ({wide.lane} {high})"),
            )
            halves.append(f.emit(f"trunc {wide.llvm} {inside} to {half_type}"))
        push(f, shuffle(f, half_type, halves[0], halves[1], range(shape.count)), shape.llvm)

    return lower


def madd(f: FunctionLowering, left: str, right: str) -> str:
    """Products of the i16 lanes of two vectors, neighbours added up to i32 lanes."""
    if f.facts.architecture == "x86_64":
        return call(f, I32X4.llvm, "llvm.x86.sse2.pmadd.wd", (I16X8.llvm, left), (I16X8.llvm, right))
    wide = "<8 x i32>"
    first, second = (f.emit(f"sext {I16X8.llvm} {vector} to {wide}") for vector in (left, right))
    products = f.emit(f"mul nsw {wide} {first}, {second}")
    return add_neighbours(f, wide, products, range(0, 8, 2))


def add_neighbours(f: FunctionLowering, llvm: str, vector: str, first: Sequence[int]) -> str:
    """The sums of the lanes of these numbers and the lanes after them."""
    even = shuffle(f, llvm, vector, "poison", first)
    odd = shuffle(f, llvm, vector, "poison", [index + 1 for index in first])
    lane = llvm.split()[-1]
    return f.emit(f"add <{len(first)} x {lane} {even}, {odd}")


def _dot(f: FunctionLowering, _: Any) -> None:
    right, left = pop(f, I16X8.llvm), pop(f, I16X8.llvm)
    push(f, madd(f, left, right), I32X4.llvm)


def q15mulr(f: FunctionLowering, _: Any) -> None:
    """Products of numbers with 15 bits behind the point, rounded; only -1 * -1 is out of range, and saturates."""
    llvm = I16X8.llvm
    right, left = pop(f, llvm), pop(f, llvm)
    if f.facts.architecture == "aarch64":
        push(f, call(f, llvm, "llvm.aarch64.neon.sqrdmulh.v8i16", (llvm, left), (llvm, right)), llvm)
    elif "ssse3" in f.facts.features:
        product = call(f, llvm, "llvm.x86.ssse3.pmul.hr.sw.128", (llvm, left), (llvm, right))
        wrapped = f.emit(f"icmp eq {llvm} {product}, splat (i16 -32768)")
        flip = f.emit(f"sext <8 x i1> {wrapped} to {llvm}")
        push(f, f.emit(f"xor {llvm} {product}, {flip}"), llvm)
    else:
        wide = "<8 x i32>"
        second, first = (f.emit(f"sext {llvm} {vector} to {wide}") for vector in (right, left))
        rounded = f.emit(f"add {wide} {f.emit(f'mul {wide} {first}, {second}')}, splat (i32 16384)")
        shifted = f.emit(f"ashr {wide} {rounded}, splat (i32 15)")
        inside = call(f, wide, "llvm.smin.v8i32", (wide, shifted), (wide, "splat (i32 32767)"))
        push(f, f.emit(f"trunc {wide} {inside} to {llvm}"), llvm)


def _handlers() -> dict[str, Handler]:
    rows: dict[str, Handler] = {"i32x4.dot_i16x8_s": _dot, "i16x8.q15mulr_sat_s": q15mulr}
    for narrow, wide in ((I8X16, I16X8), (I16X8, I32X4), (I32X4, I64X2)):
        for sign in "su":
            for which in ("low", "high"):
                rows[f"{wide.name}.extend_{which}_{narrow.name}_{sign}"] = _extend(narrow, wide, which, sign)
                rows[f"{wide.name}.extmul_{which}_{narrow.name}_{sign}"] = _extmul(narrow, wide, which, sign)
            if wide is not I64X2:
                rows[f"{wide.name}.extadd_pairwise_{narrow.name}_{sign}"] = _extadd_pairwise(narrow, wide, sign)
                rows[f"{narrow.name}.narrow_{wide.name}_{sign}"] = _narrow(narrow, wide, sign)
    return rows


HANDLERS = _handlers()
