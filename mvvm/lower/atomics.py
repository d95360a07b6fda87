"""Atomic instructions: sequentially consistent accesses, which trap where they are not aligned.

On a machine with another byte order values are reversed as integers; what carries from byte to byte (add, sub) becomes
a loop around a compare-and-exchange there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.abi import traps
from mvvm.lower.memory import access_address, as_index, builtin, reversed_bytes, widen
from mvvm.lower.stable_points import check_loop
from mvvm.wasm.atomic_opcodes import OPERATIONS, WIDTHS, name

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.lower.function import FunctionLowering

    Handler = Callable[[FunctionLowering, Any], None]


class _Width:
    """How values of `type_` are accessed as integers of `bits` bits."""

    def __init__(self, type_: str, bits: int) -> None:
        self.type = type_
        self.bits = bits
        self.stored = f"i{bits}"

    def address(self, f: FunctionLowering, memory: int, offset: int, index: str) -> str:
        """A pointer to the access, after the check of its alignment."""
        size = self.bits // 8
        if size > 1:
            i = "i64" if f.facts.info.memories[memory].index64 else "i32"
            # Memories begin at a multiple of the access's size.
            low = index if offset % size == 0 else f.emit(f"add {i} {index}, {offset % size}")
            misplaced = f.emit(f"and {i} {low}, {size - 1}")
            f.trap_if(f.emit(f"icmp ne {i} {misplaced}, 0"), traps.UNALIGNED_ATOMIC)
        return access_address(f, memory, offset, index, size)

    def to_memory(self, f: FunctionLowering, value: str) -> str:
        if self.stored != self.type:
            value = f.emit(f"trunc {self.type} {value} to {self.stored}")
        return reversed_bytes(f, value, self.stored)

    def from_memory(self, f: FunctionLowering, value: str) -> str:
        value = reversed_bytes(f, value, self.stored)
        return value if self.stored == self.type else f.emit(f"zext {self.stored} {value} to {self.type}")

    @property
    def alignment(self) -> str:
        return f"seq_cst, align {self.bits // 8}"


def _load(width: _Width) -> Handler:
    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset = immediate
        address = width.address(f, memory, offset, f.stack.pop())
        value = f.emit(f"load atomic {width.stored}, ptr {address} {width.alignment}")
        f.stack.append(width.from_memory(f, value))

    return lower


def _store(width: _Width) -> Handler:
    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset = immediate
        value = width.to_memory(f, f.stack.pop())
        address = width.address(f, memory, offset, f.stack.pop())
        f.lines.append(f"  store atomic {width.stored} {value}, ptr {address} {width.alignment}")

    return lower


def _modify(width: _Width, operation: str) -> Handler:
    carries = operation in ("add", "sub") and width.bits > 8

    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset = immediate
        value = f.stack.pop()
        address = width.address(f, memory, offset, f.stack.pop())
        if carries and f.facts.reverses_bytes:
            old = _modify_reversed(f, width, operation, address, value)
        else:
            value = width.to_memory(f, value)
            old = f.emit(f"atomicrmw {operation} ptr {address}, {width.stored} {value} {width.alignment}")
        f.stack.append(width.from_memory(f, old))

    return lower


def _modify_reversed(f: FunctionLowering, width: _Width, operation: str, address: str, value: str) -> str:
    """Add or subtract where bytes are reversed. Returns what was there, as it is in memory."""
    stored = width.stored
    if stored != width.type:
        value = f.emit(f"trunc {width.type} {value} to {stored}")
    first = f.emit(f"load atomic {stored}, ptr {address} {width.alignment}")
    before, again, done = f.current, f.label(), f.label()
    old, found = f.name(), f.name()
    f.lines.append(f"  br label %{again}\n{again}:\n  {old} = phi {stored} [{first}, %{before}], [{found}, %{again}]")
    new = reversed_bytes(f, f.emit(f"{operation} {stored} {reversed_bytes(f, old, stored)}, {value}"), stored)
    pair = f.emit(f"cmpxchg ptr {address}, {stored} {old}, {stored} {new} seq_cst seq_cst, align {width.bits // 8}")
    f.lines.append(f"  {found} = extractvalue {{ {stored}, i1 }} {pair}, 0")
    success = f.emit(f"extractvalue {{ {stored}, i1 }} {pair}, 1")
    f.lines.append(f"  br i1 {success}, label %{done}, label %{again}\n{done}:")
    f.current = done
    return old


def _exchange_if(width: _Width) -> Handler:
    stored = width.stored

    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset = immediate
        replacement = width.to_memory(f, f.stack.pop())
        expected = width.to_memory(f, f.stack.pop())
        address = width.address(f, memory, offset, f.stack.pop())
        values = f"{stored} {expected}, {stored} {replacement}"
        pair = f.emit(f"cmpxchg ptr {address}, {values} seq_cst seq_cst, align {width.bits // 8}")
        f.stack.append(width.from_memory(f, f.emit(f"extractvalue {{ {stored}, i1 }} {pair}, 0")))

    return lower


def _fence(f: FunctionLowering, _: Any) -> None:
    f.lines.append("  fence seq_cst")


def _notify(f: FunctionLowering, immediate: Any) -> None:
    memory, offset = immediate
    count = widen(f, f.stack.pop())
    index = as_index(f, memory, f.stack.pop())
    result = builtin(f, "memory.atomic.notify", str(memory), index, str(offset), count)
    f.stack.append(f.emit(f"trunc i64 {result} to i32"))


def _wait(bits: int) -> Handler:
    """Wait in the runtime. Where it is interrupted, there is a stable point AT the instruction, with the time left."""

    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset = immediate
        *below, index, expected, timeout = f.stack
        wide_index = as_index(f, memory, index)
        wide_expected = widen(f, expected) if bits == 32 else expected
        before, again, rest = f.current, f.label(), f.name()
        with_point = f.position in f.stable_points.waits
        if with_point:
            left, around = f.name(), f.label()
            f.lines.append(f"  br label %{again}\n{again}:")
            f.lines.append(f"  {rest} = phi i64 [{timeout}, %{before}], [{left}, %{around}]")
            f.current = again
        else:
            rest = timeout
        arguments = str(memory), wide_index, str(offset), wide_expected, rest
        result = builtin(f, f"memory.atomic.wait{bits}", *arguments)
        if with_point:
            after, interrupted = f.label(), f.label()
            is_done = f.emit(f"icmp ult i64 {result}, 3")
            f.lines.append(f"  br i1 {is_done}, label %{after}, label %{interrupted}")
            with f.aside():
                f.start_block(interrupted)
                endless = f.emit(f"icmp slt i64 {rest}, 0")
                finite = f.emit(f"sub i64 {result}, 3")
                f.lines.append(f"  {left} = select i1 {endless}, i64 {rest}, i64 {finite}")
                check_loop(f, f.position, f.locals, [*below, index, expected, left], around)
                f.lines.append(f"{around}:\n  br label %{again}")
            f.lines.append(f"{after}:")
            f.current = after
        f.stack[:] = [*below, f.emit(f"trunc i64 {result} to i32")]

    return lower


def _handlers() -> dict[str, Handler]:
    rows: dict[str, Handler] = {
        "atomic.fence": _fence,
        "memory.atomic.notify": _notify,
        "memory.atomic.wait32": _wait(32),
        "memory.atomic.wait64": _wait(64),
    }
    for type_, bits in WIDTHS:
        width = _Width(type_, bits)
        rows[name(type_, "load", bits)] = _load(width)
        rows[name(type_, "store", bits)] = _store(width)
        for operation in OPERATIONS:
            handler = _exchange_if(width) if operation == "cmpxchg" else _modify(width, operation)
            rows[name(type_, operation, bits)] = handler
    return rows


HANDLERS = _handlers()
