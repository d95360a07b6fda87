"""Loads, stores and bulk operations of linear memories.

No bounds checks at loads and stores where addresses have 32 bits (for 64: mvvm.lower.wide_address): every address that
33 bits can form lies in the memory's reservation, where what is not memory is a guard page. `inbounds` is true of such
an address for the same reason. A memory of a byte a page ends where no guard page begins (mvvm.lower.checked_address).
Bulk operations check, since they must not have an effect before they trap.

Memories are little-endian on every machine. On one that is not, values are reversed as integers; LLVM makes one
instruction of an access and the reversal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.abi import traps
from mvvm.abi.context import BUILTINS, GROW_FAILED
from mvvm.lower.checked_address import checked_address
from mvvm.lower.llvm_types import LINEAR_MEMORY, SELF
from mvvm.lower.wide_address import wide_address
from mvvm.wasm.types import MAX_PAGES, PAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.lower.function import FunctionLowering

    Handler = Callable[[FunctionLowering, Any], None]

_PAGE_SHIFT = PAGE_SIZE.bit_length() - 1


def access_address(f: FunctionLowering, memory: int, offset: int, index: str, size: int) -> str:
    """A pointer to byte `index` + `offset` of a memory, for an access of `size` bytes.

    An index that is a known distance above one which was accessed before needs no 32-bit arithmetic: that access
    did not trap, so its index is in the memory, and the sum cannot wrap, since no memory but one that is declared
    so grows to the end of the address space (mvvm.runtime.memory).
    LLVM then sees neighbours as neighbours, which is what it takes to vectorise loops that came unrolled.
    """
    limits = f.facts.info.memories[memory]
    if limits.page_size == 1:
        return checked_address(f, memory, offset, as_index(f, memory, index), size)
    if limits.index64:
        return wide_address(f, memory, offset, index)
    base = f.memory_base(memory)
    if index[0] != "%":
        return f.emit(f"getelementptr inbounds i8, ptr {base}, i64 {(int(index) & 0xFFFFFFFF) + offset}")
    key = index if memory == 0 else f"{index} {memory}"
    address = f.addresses.get(key)
    if address is None:
        root, distance = f.sums.get(index, (index, 0))
        known = f.accessed.get((memory, root))
        grows_to_end = limits.minimum == MAX_PAGES
        if known is not None and 0 < distance - known[0] <= PAGE_SIZE and not grows_to_end:
            address = f.emit(f"getelementptr inbounds i8, ptr {known[1]}, i64 {distance - known[0]}")
        else:
            address = _index(f, base, index)
            f.accessed[memory, root] = (distance, address)
        f.addresses[key] = address
    if offset:
        return f.emit(f"getelementptr inbounds i8, ptr {address}, i64 {offset}")
    return address


def _index(f: FunctionLowering, base: str, index: str) -> str:
    f._names += 1
    address = f"%a{f._names}"
    f.lines.append(
        f"  {address}.i = zext i32 {index} to i64\n  {address} = getelementptr inbounds i8, ptr {base}, i64 {address}.i"
    )
    return address


def reversed_bytes(f: FunctionLowering, value: str, integer: str) -> str:
    """An integer of an LLVM type from the order of memory to that of the machine, or back."""
    if not f.facts.reverses_bytes or integer == "i8":
        return value
    if integer == "i128":
        f.declarations.add("declare i128 @llvm.bswap.i128(i128)\n")
    return f.emit(f"call {integer} @llvm.bswap.{integer}({integer} {value})")


_FLOATS = {"float": "i32", "double": "i64"}
_BITS = {"i32": 32, "i64": 64, "float": 32, "double": 64}


def _load(type_: str, bits: int = 0, extend: str = "") -> Handler:
    narrow = f"i{bits}" if bits else type_
    integer = _FLOATS.get(narrow, narrow)
    size = (bits or _BITS[type_]) // 8
    before = f"load {narrow}, ptr "
    after = f", align 1, {LINEAR_MEMORY}"

    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset = immediate
        address = access_address(f, memory, offset, f.stack.pop(), size)
        line = len(f.lines)
        if f.facts.reverses_bytes:
            value = reversed_bytes(f, f.emit(f"load {integer}, ptr {address}{after}"), integer)
            if integer != narrow:
                value = f.emit(f"bitcast {integer} {value} to {narrow}")
        else:
            value = f.emit(before + address + after)
        if bits:
            value = f.emit(f"{extend} {narrow} {value} to {type_}")
        f.loads[value] = line
        f.stack.append(value)

    return lower


def _store(type_: str, bits: int = 0) -> Handler:
    size = (bits or _BITS[type_]) // 8

    def lower(f: FunctionLowering, immediate: Any) -> None:
        memory, offset = immediate
        value = f.stack.pop()
        address = access_address(f, memory, offset, f.stack.pop(), size)
        stored = type_
        if bits:
            stored = f"i{bits}"
            value = f.emit(f"trunc {type_} {value} to {stored}")
        if f.facts.reverses_bytes:
            if stored in _FLOATS:
                value = f.emit(f"bitcast {stored} {value} to {_FLOATS[stored]}")
                stored = _FLOATS[stored]
            value = reversed_bytes(f, value, stored)
        f.lines.append(f"  store {stored} {value}, ptr {address}, align 1, {LINEAR_MEMORY}")

    return lower


def builtin(f: FunctionLowering, name: str, *arguments: str) -> str:
    """Call the runtime. Arguments are i64; so is the result."""
    padded = [*arguments, *["0"] * (5 - len(arguments))]
    values = ", ".join([f"i64 {argument}" for argument in padded])
    return f.emit(f"call i64 @mvvm_builtin({SELF} %ctx, i32 {BUILTINS.index(name)}, {values})")


def widen(f: FunctionLowering, value: str) -> str:
    """An i32 as an unsigned i64."""
    if value[0] != "%":
        return str(int(value) & 0xFFFFFFFF)
    return f.emit(f"zext i32 {value} to i64")


def as_index(f: FunctionLowering, memory: int, value: str) -> str:
    """An address or a number of pages of a memory as an i64, which it is if the memory has 64-bit addresses."""
    return value if f.facts.info.memories[memory].index64 else widen(f, value)


def old_size(f: FunctionLowering, result: str, *, index64: bool) -> str:
    """What `memory.grow` or `table.grow` gives, from what the runtime returned: GROW_FAILED, if it cannot grow."""
    if not index64:
        return f.emit(f"trunc i64 {result} to i32")
    return f.emit(f"select i1 {f.emit(f'icmp eq i64 {result}, {GROW_FAILED}')}, i64 -1, i64 {result}")


def _size(f: FunctionLowering, memory: Any) -> None:
    pages = f.memory_pages(memory)
    f.stack.append(pages if f.facts.info.memories[memory].index64 else f.emit(f"trunc i64 {pages} to i32"))


def _grow(f: FunctionLowering, memory: Any) -> None:
    result = builtin(f, "memory.grow", str(memory), as_index(f, memory, f.stack.pop()))
    f.stack.append(old_size(f, result, index64=f.facts.info.memories[memory].index64))


def _checked_range(f: FunctionLowering, memory: int, start: str, size: str) -> str:
    """Trap unless `size` bytes from `start` (both i64) are in a memory. Returns a pointer to them."""
    limits, limit = f.facts.info.memories[memory], f.memory_pages(memory)
    if limits.page_size != 1:
        limit = f.emit(f"shl i64 {limit}, {_PAGE_SHIFT}")
    if limits.index64:  # the sum may wrap around
        f.trap_if(f.emit(f"icmp ugt i64 {start}, {limit}"), traps.MEMORY_OUT_OF_BOUNDS)
        room = f.emit(f"sub i64 {limit}, {start}")
        f.trap_if(f.emit(f"icmp ugt i64 {size}, {room}"), traps.MEMORY_OUT_OF_BOUNDS)
        return f.emit(f"getelementptr i8, ptr {f.memory_base(memory)}, i64 {start}")
    end = f.emit(f"add i64 {start}, {size}")
    f.trap_if(f.emit(f"icmp ugt i64 {end}, {limit}"), traps.MEMORY_OUT_OF_BOUNDS)
    return f.emit(f"getelementptr i8, ptr {f.memory_base(memory)}, i64 {start}")


def _copy(f: FunctionLowering, memories: Any) -> None:
    to, source = memories
    # The size is an i64 only where both memories have 64-bit addresses.
    narrower = to if f.facts.info.memories[source].index64 else source
    size, from_index, to_index = (as_index(f, memory, f.stack.pop()) for memory in (narrower, source, to))
    to_address = _checked_range(f, to, to_index, size)
    from_address = _checked_range(f, source, from_index, size)
    f.lines.append(f"  call void @llvm.memmove.p0.p0.i64(ptr {to_address}, ptr {from_address}, i64 {size}, i1 false)")


def _fill(f: FunctionLowering, memory: Any) -> None:
    size = as_index(f, memory, f.stack.pop())
    byte = f.emit(f"trunc i32 {f.stack.pop()} to i8")
    address = _checked_range(f, memory, as_index(f, memory, f.stack.pop()), size)
    f.lines.append(f"  call void @llvm.memset.p0.i64(ptr {address}, i8 {byte}, i64 {size}, i1 false)")


def _init(f: FunctionLowering, immediate: Any) -> None:
    data, memory = immediate
    size, source = widen(f, f.stack.pop()), widen(f, f.stack.pop())
    to = as_index(f, memory, f.stack.pop())
    builtin(f, "memory.init", str(data), str(memory), to, source, size)


def _data_drop(f: FunctionLowering, data: Any) -> None:
    builtin(f, "data.drop", str(data))


def _handlers() -> dict[str, Handler]:
    rows: dict[str, Handler] = {
        "memory.size": _size,
        "memory.grow": _grow,
        "memory.copy": _copy,
        "memory.fill": _fill,
        "memory.init": _init,
        "data.drop": _data_drop,
    }
    for name, type_ in (("i32", "i32"), ("i64", "i64"), ("f32", "float"), ("f64", "double")):
        rows[f"{name}.load"] = _load(type_)
        rows[f"{name}.store"] = _store(type_)
    for name, widths in (("i32", (8, 16)), ("i64", (8, 16, 32))):
        for bits in widths:
            rows[f"{name}.load{bits}_s"] = _load(name, bits, "sext")
            rows[f"{name}.load{bits}_u"] = _load(name, bits, "zext")
            rows[f"{name}.store{bits}"] = _store(name, bits)
    return rows


HANDLERS = _handlers()
