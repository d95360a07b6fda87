"""Addresses in memories of a byte a page: each access is compared with the size that the memory has now.

Such a memory may end within a page of the machine, so no fault finds what is behind its end. What a check found is not
kept: the next access may be of more bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.abi import traps
from mvvm.wasm.types import MAX_PAGES_64, PAGE_SIZE

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering

_LARGEST = MAX_PAGES_64 * PAGE_SIZE  # bytes of any memory


def checked_address(f: FunctionLowering, memory: int, offset: int, index: str, size: int) -> str:
    """A pointer to `size` bytes from byte `index` (an i64) + `offset` of a memory on; traps unless all are in it."""
    base = f.memory_base(memory)
    if offset >= _LARGEST:
        f.trap_if("true", traps.MEMORY_OUT_OF_BOUNDS)
        return base
    # With 64-bit addresses the sum may wrap around. With 32 LLVM sees that it does not.
    f.declarations.add("declare i64 @llvm.uadd.sat.i64(i64, i64)\n")
    end = f.emit(f"call i64 @llvm.uadd.sat.i64(i64 {index}, i64 {offset + size})")
    f.trap_if(f.emit(f"icmp ugt i64 {end}, {f.memory_pages(memory)}"), traps.MEMORY_OUT_OF_BOUNDS)
    address = f.emit(f"getelementptr inbounds i8, ptr {base}, i64 {index}")
    return f.emit(f"getelementptr inbounds i8, ptr {address}, i64 {offset}") if offset else address
