"""Vector instructions that see bits: constants, logic, and tests of whole vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.lower.lanes import INTEGERS, V128, Shape, call, cast, constant, pop
from mvvm.lower.simd_rows import binary, boolean

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering
    from mvvm.lower.simd_rows import Handler

_ONES = "splat (i64 -1)"


def _const(f: FunctionLowering, bits: Any) -> None:
    f.stack.append(constant(f, bits))


def _not(f: FunctionLowering, _: Any) -> None:
    f.stack.append(f.emit(f"xor {V128} {f.stack.pop()}, {_ONES}"))


def _andnot(f: FunctionLowering, _: Any) -> None:
    mask, value = f.stack.pop(), f.stack.pop()
    rest = f.emit(f"xor {V128} {mask}, {_ONES}")
    f.stack.append(f.emit(f"and {V128} {value}, {rest}"))


def bitselect(f: FunctionLowering, _: Any) -> None:
    """The first operand's bits where the third one has ones, else the second one's."""
    mask, second, first = f.stack.pop(), f.stack.pop(), f.stack.pop()
    rest = f.emit(f"xor {V128} {mask}, {_ONES}")
    ones, zeros = f.emit(f"and {V128} {first}, {mask}"), f.emit(f"and {V128} {second}, {rest}")
    f.stack.append(f.emit(f"or {V128} {ones}, {zeros}"))


def _any_true(f: FunctionLowering, _: Any) -> None:
    value = f.stack.pop()
    if f.facts.architecture == "aarch64":
        # The largest lane is one instruction, all bits in one register are not.
        largest = call(f, "i32", "llvm.vector.reduce.umax.v4i32", ("<4 x i32>", cast(f, value, "<4 x i32>")))
        boolean(f, f.emit(f"icmp ne i32 {largest}, 0"))
        return
    whole = f.emit(f"bitcast {V128} {value} to i128")
    boolean(f, f.emit(f"icmp ne i128 {whole}, 0"))


def _all_true(shape: Shape) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        value = pop(f, shape.llvm)
        if f.facts.architecture == "aarch64" and shape.width < 64:
            name = f"llvm.vector.reduce.umin.{shape.intrinsic}"
            smallest = call(f, shape.lane, name, (shape.llvm, value))
            boolean(f, f.emit(f"icmp ne {shape.lane} {smallest}, 0"))
            return
        zeros = f.emit(f"icmp eq {shape.llvm} {value}, zeroinitializer")
        mask = f.emit(f"bitcast <{shape.count} x i1> {zeros} to i{shape.count}")
        boolean(f, f.emit(f"icmp eq i{shape.count} {mask}, 0"))

    return lower


def _bitmask(shape: Shape) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        negative = f.emit(f"icmp slt {shape.llvm} {pop(f, shape.llvm)}, zeroinitializer")
        mask = f.emit(f"bitcast <{shape.count} x i1> {negative} to i{shape.count}")
        f.stack.append(f.emit(f"zext i{shape.count} {mask} to i32"))

    return lower


HANDLERS: dict[str, Handler] = {
    "v128.const": _const,
    "v128.not": _not,
    "v128.and": binary(V128, "and"),
    "v128.andnot": _andnot,
    "v128.or": binary(V128, "or"),
    "v128.xor": binary(V128, "xor"),
    "v128.bitselect": bitselect,
    "v128.any_true": _any_true,
    **{f"{shape.name}.all_true": _all_true(shape) for shape in INTEGERS},
    **{f"{shape.name}.bitmask": _bitmask(shape) for shape in INTEGERS},
}
