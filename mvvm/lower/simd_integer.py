"""Vector arithmetic on integers, lane by lane, and comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.lower.lanes import FLOATS, I8X16, I16X8, I64X2, INTEGERS, Shape, pop, push
from mvvm.lower.simd_lanes import fill
from mvvm.lower.simd_rows import binary, intrinsic, unary

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering
    from mvvm.lower.simd_rows import Handler


def _shift(shape: Shape, operation: str) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        count = f.stack.pop()
        if count[0] != "%":
            counts = f"splat ({shape.lane} {int(count) & (shape.width - 1)})"
        else:
            count = f.emit(f"and i32 {count}, {shape.width - 1}")
            if shape.width != 32:
                count = f.emit(f"{'zext' if shape is I64X2 else 'trunc'} i32 {count} to {shape.lane}")
            counts = fill(f, shape, count)
        push(f, f.emit(f"{operation} {shape.llvm} {pop(f, shape.llvm)}, {counts}"), shape.llvm)

    return lower


def _average(shape: Shape) -> Handler:
    wide = f"<{shape.count} x i{2 * shape.width}>"

    def lower(f: FunctionLowering, _: Any) -> None:
        right, left = (f.emit(f"zext {shape.llvm} {pop(f, shape.llvm)} to {wide}") for _ in range(2))
        total = f.emit(f"add nuw {wide} {f.emit(f'add nuw {wide} {left}, {right}')}, splat (i{2 * shape.width} 1)")
        half = f.emit(f"lshr {wide} {total}, splat (i{2 * shape.width} 1)")
        push(f, f.emit(f"trunc {wide} {half} to {shape.llvm}"), shape.llvm)

    return lower


def _compare(shape: Shape, operation: str) -> Handler:
    """Ones where it holds, and zeros."""

    def lower(f: FunctionLowering, _: Any) -> None:
        right, left = pop(f, shape.llvm), pop(f, shape.llvm)
        holds = f.emit(f"{operation} {shape.llvm} {left}, {right}")
        push(f, f.emit(f"sext <{shape.count} x i1> {holds} to {shape.mask}"), shape.mask)

    return lower


def _handlers() -> dict[str, Handler]:
    rows: dict[str, Handler] = {}
    for shape in INTEGERS:
        name, llvm = shape.name, shape.llvm
        for operation in ("add", "sub") if shape is I8X16 else ("add", "sub", "mul"):
            rows[f"{name}.{operation}"] = binary(llvm, operation)
        for shift, operation in (("shl", "shl"), ("shr_s", "ashr"), ("shr_u", "lshr")):
            rows[f"{name}.{shift}"] = _shift(shape, operation)
        rows[f"{name}.neg"] = unary(llvm, f"sub {llvm} zeroinitializer, {{}}")
        rows[f"{name}.abs"] = intrinsic(llvm, f"llvm.abs.{shape.intrinsic}", 1, "false")
        for comparison in ("eq", "ne"):
            rows[f"{name}.{comparison}"] = _compare(shape, f"icmp {comparison}")
        for sign in "s" if shape is I64X2 else "su":
            for comparison in ("lt", "gt", "le", "ge"):
                rows[f"{name}.{comparison}_{sign}"] = _compare(shape, f"icmp {sign}{comparison}")
            if shape is not I64X2:
                for extremum in ("min", "max"):
                    called = f"llvm.{sign}{extremum}.{shape.intrinsic}"
                    rows[f"{name}.{extremum}_{sign}"] = intrinsic(llvm, called, 2)
            if shape in (I8X16, I16X8):
                for operation in ("add", "sub"):
                    called = f"llvm.{sign}{operation}.sat.{shape.intrinsic}"
                    rows[f"{name}.{operation}_sat_{sign}"] = intrinsic(llvm, called, 2)
        if shape in (I8X16, I16X8):
            rows[f"{name}.avgr_u"] = _average(shape)
    rows["i8x16.popcnt"] = intrinsic(I8X16.llvm, f"llvm.ctpop.{I8X16.intrinsic}")
    for shape in FLOATS:
        for comparison in ("eq", "ne", "lt", "gt", "le", "ge"):
            ordered = "u" if comparison == "ne" else "o"
            rows[f"{shape.name}.{comparison}"] = _compare(shape, f"fcmp {ordered}{comparison}")
    return rows


HANDLERS = _handlers()
