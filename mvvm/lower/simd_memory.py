"""Loads and stores of vectors, and of single lanes. Addresses are those of mvvm.lower.memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.lower.lanes import I8X16, I16X8, I32X4, I64X2, INTEGERS, V128, Shape, extract, insert, pop, push
from mvvm.lower.llvm_types import LINEAR_MEMORY
from mvvm.lower.memory import access_address, reversed_bytes
from mvvm.lower.simd_lanes import fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.lower.function import FunctionLowering
    from mvvm.lower.simd_rows import Handler

_ACCESS = f", align 1, {LINEAR_MEMORY}"


def _load_as(f: FunctionLowering, address: str, llvm: str, bits: int) -> str:
    """Load a vector or an integer of so many bits, little-endian, and in the order of the machine."""
    if not f.facts.reverses_bytes:
        return f.emit(f"load {llvm}, ptr {address}{_ACCESS}")
    integer = f"i{bits}"
    value = reversed_bytes(f, f.emit(f"load {integer}, ptr {address}{_ACCESS}"), integer)
    return value if llvm == integer else f.emit(f"bitcast {integer} {value} to {llvm}")


def _load(load: Callable[[FunctionLowering, str], str], llvm: str, size: int) -> Handler:
    """A load: `load` makes a vector of the type `llvm` of the `size` bytes at an address."""

    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset = immediate
        address = access_address(f, memory, offset, f.stack.pop(), size)
        line = len(f.lines)
        push(f, load(f, address), llvm)
        f.loads[f.stack[-1]] = line

    return lower


def _store(f: FunctionLowering, immediate: Any) -> None:
    memory, offset = immediate
    value = f.stack.pop()
    address = access_address(f, memory, offset, f.stack.pop(), 16)
    if f.facts.reverses_bytes:
        whole = reversed_bytes(f, f.emit(f"bitcast {V128} {value} to i128"), "i128")
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
    return _load(
        lambda f, address: f.emit(f"{extend} {llvm} {_load_as(f, address, llvm, 64)} to {wide.llvm}"), wide.llvm, 8
    )


def _load_splat(shape: Shape) -> Handler:
    size = shape.width // 8
    return _load(lambda f, address: fill(f, shape, _load_as(f, address, shape.lane, shape.width)), shape.llvm, size)


def _load_zero(shape: Shape) -> Handler:
    def load(f: FunctionLowering, address: str) -> str:
        return insert(f, shape, "zeroinitializer", _load_as(f, address, shape.lane, shape.width), 0)

    return _load(load, shape.llvm, shape.width // 8)


def _load_lane(shape: Shape) -> Handler:
    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset, index = immediate
        vector = pop(f, shape.llvm)
        address = access_address(f, memory, offset, f.stack.pop(), shape.width // 8)
        line = len(f.lines)
        value = _load_as(f, address, shape.lane, shape.width)
        push(f, insert(f, shape, vector, value, index), shape.llvm)
        f.loads[f.stack[-1]] = line

    return lower


def _store_lane(shape: Shape) -> Handler:
    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset, index = immediate
        vector = pop(f, shape.llvm)
        address = access_address(f, memory, offset, f.stack.pop(), shape.width // 8)
        value = reversed_bytes(f, extract(f, shape, vector, index), shape.lane)
        f.lines.append(f"  store {shape.lane} {value}, ptr {address}{_ACCESS}")

    return lower


def _handlers() -> dict[str, Handler]:
    rows: dict[str, Handler] = {
        "v128.load": _load(lambda f, address: _load_as(f, address, V128, 128), V128, 16),
        "v128.store": _store,
    }
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
