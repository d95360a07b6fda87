"""Loads and stores of vectors, and of single lanes. Addresses are those of mvvm.lower.memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.lower.lanes import I8X16, I16X8, I32X4, I64X2, INTEGERS, V128, Shape, lane, pop, push
from mvvm.lower.llvm_types import LINEAR_MEMORY
from mvvm.lower.memory import access_address
from mvvm.lower.simd_lanes import fill

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering
    from mvvm.lower.simd_rows import Handler

_ACCESS = f", align 1, {LINEAR_MEMORY}"


def _load_as(f: FunctionLowering, address: str, llvm: str, bits: int) -> str:
    """Load a vector or an integer of so many bits, little-endian, and in the order of the machine."""
    if not f.facts.reverses_bytes or bits == 8:
        return f.emit(f"load {llvm}, ptr {address}{_ACCESS}")
    value = f.emit(f"load i{bits}, ptr {address}{_ACCESS}")
    value = _reversed(f, value, bits)
    return value if llvm == f"i{bits}" else f.emit(f"bitcast i{bits} {value} to {llvm}")


def _reversed(f: FunctionLowering, value: str, bits: int) -> str:
    if bits == 128:
        f.declarations.add("declare i128 @llvm.bswap.i128(i128)\n")
    return f.emit(f"call i{bits} @llvm.bswap.i{bits}(i{bits} {value})")


def _load(f: FunctionLowering, immediate: Any) -> None:
    memory, offset = immediate
    address = access_address(f, memory, offset, f.stack.pop())
    line = len(f.lines)
    value = _load_as(f, address, V128, 128)
    f.loads[value] = line
    f.stack.append(value)


def _store(f: FunctionLowering, immediate: Any) -> None:
    memory, offset = immediate
    value = f.stack.pop()
    address = access_address(f, memory, offset, f.stack.pop())
    if f.facts.reverses_bytes:
        whole = _reversed(f, f.emit(f"bitcast {V128} {value} to i128"), 128)
        f.lines.append(f"  store i128 {whole}, ptr {address}{_ACCESS}")
    elif f.facts.architecture == "riscv64":
        # It takes two instructions. The upper half is the one that may trap, and then must be the first.
        upper = f.emit(f"getelementptr inbounds i8, ptr {address}, i64 8")
        for index, place in ((1, upper), (0, address)):
            word = f.emit(f"extractelement {V128} {value}, i64 {index}")
            f.lines.append(f"  store volatile i64 {word}, ptr {place}{_ACCESS}")
    else:
        f.lines.append(f"  store {V128} {value}, ptr {address}{_ACCESS}")


def _load_extend(narrow: Shape, wide: Shape, extend: str) -> Handler:
    llvm = f"<{wide.count} x {narrow.lane}>"

    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset = immediate
        address = access_address(f, memory, offset, f.stack.pop())
        line = len(f.lines)
        value = _load_as(f, address, llvm, 64)
        push(f, f.emit(f"{extend} {llvm} {value} to {wide.llvm}"), wide.llvm)
        f.loads[f.stack[-1]] = line

    return lower


def _load_splat(shape: Shape) -> Handler:
    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset = immediate
        address = access_address(f, memory, offset, f.stack.pop())
        line = len(f.lines)
        push(f, fill(f, shape, _load_as(f, address, shape.lane, shape.width)), shape.llvm)
        f.loads[f.stack[-1]] = line

    return lower


def _load_zero(shape: Shape) -> Handler:
    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset = immediate
        address = access_address(f, memory, offset, f.stack.pop())
        line = len(f.lines)
        value = _load_as(f, address, shape.lane, shape.width)
        at = lane(f, shape.count, 0)
        push(f, f.emit(f"insertelement {shape.llvm} zeroinitializer, {shape.lane} {value}, i64 {at}"), shape.llvm)
        f.loads[f.stack[-1]] = line

    return lower


def _load_lane(shape: Shape) -> Handler:
    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset, index = immediate
        vector = pop(f, shape.llvm)
        address = access_address(f, memory, offset, f.stack.pop())
        line = len(f.lines)
        value = _load_as(f, address, shape.lane, shape.width)
        at = lane(f, shape.count, index)
        push(f, f.emit(f"insertelement {shape.llvm} {vector}, {shape.lane} {value}, i64 {at}"), shape.llvm)
        f.loads[f.stack[-1]] = line

    return lower


def _store_lane(shape: Shape) -> Handler:
    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset, index = immediate
        vector = pop(f, shape.llvm)
        address = access_address(f, memory, offset, f.stack.pop())
        value = f.emit(f"extractelement {shape.llvm} {vector}, i64 {lane(f, shape.count, index)}")
        if f.facts.reverses_bytes and shape is not I8X16:
            value = _reversed(f, value, shape.width)
        f.lines.append(f"  store {shape.lane} {value}, ptr {address}{_ACCESS}")

    return lower


def _handlers() -> dict[str, Handler]:
    rows: dict[str, Handler] = {"v128.load": _load, "v128.store": _store}
    for narrow, wide in ((I8X16, I16X8), (I16X8, I32X4), (I32X4, I64X2)):
        for sign, extend in (("s", "sext"), ("u", "zext")):
            rows[f"v128.load{narrow.width}x{wide.count}_{sign}"] = _load_extend(narrow, wide, extend)
    for shape in INTEGERS:
        rows[f"v128.load{shape.width}_splat"] = _load_splat(shape)
        rows[f"v128.load{shape.width}_lane"] = _load_lane(shape)
        rows[f"v128.store{shape.width}_lane"] = _store_lane(shape)
    for shape in (I32X4, I64X2):
        rows[f"v128.load{shape.width}_zero"] = _load_zero(shape)
    return rows


HANDLERS = _handlers()
