"""Addresses in memories with 64-bit addresses: the one check that an access needs.

Every such memory has MAX_PAGES_64 reserved, whatever its limits, and WIDE_GUARD bytes behind: compiled code compares an
index with that constant, the fault in what is reserved and not memory finds the rest, and small static offsets end in
the guard. So a check reads nothing, what it found stays true, and LLVM can count the iterations of a loop up to the one
that fails. The access depends on the branch: LLVM cannot make it before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.abi import traps
from mvvm.wasm.types import MAX_PAGES_64, PAGE_SIZE, WIDE_GUARD

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering

_SIZE = MAX_PAGES_64 * PAGE_SIZE
# The guard takes in such an offset, a page above a checked index (below), and the access itself.
_MAX_OFFSET = WIDE_GUARD - 2 * PAGE_SIZE


def wide_address(f: FunctionLowering, memory: int, offset: int, index: str) -> str:
    """A pointer to byte `index` + `offset` of a memory with 64-bit addresses, in what is reserved; traps otherwise.

    An index that is at most a page above one which was checked before needs no check.
    """
    base = f.memory_base(memory)
    if offset > _MAX_OFFSET or index[0] != "%":
        return _far(f, base, offset, index)
    key = f"{index} {memory}"
    address = f.addresses.get(key)
    if address is None:
        root, distance = f.sums.get(index, (index, 0))
        known = f.accessed.get((memory, root))
        if known is not None and 0 < distance - known[0] <= PAGE_SIZE:
            address = f.emit(f"getelementptr inbounds i8, ptr {known[1]}, i64 {distance - known[0]}")
        else:
            f.trap_if(f.emit(f"icmp uge i64 {index}, {_SIZE}"), traps.MEMORY_OUT_OF_BOUNDS)
            address = f.emit(f"getelementptr inbounds i8, ptr {base}, i64 {index}")
            f.accessed[memory, root] = (distance, address)
        f.addresses[key] = address
    return f.emit(f"getelementptr inbounds i8, ptr {address}, i64 {offset}") if offset else address


def _far(f: FunctionLowering, base: str, offset: int, index: str) -> str:
    """The same for an index that is a constant, or an offset that is large."""
    if index[0] != "%":
        offset += int(index) & 0xFFFFFFFF_FFFFFFFF
    if offset >= _SIZE:
        f.trap_if("true", traps.MEMORY_OUT_OF_BOUNDS)
        return base
    address = f.emit(f"getelementptr inbounds i8, ptr {base}, i64 {offset}")
    if index[0] != "%":
        return address
    f.trap_if(f.emit(f"icmp uge i64 {index}, {_SIZE - offset}"), traps.MEMORY_OUT_OF_BOUNDS)
    return f.emit(f"getelementptr inbounds i8, ptr {address}, i64 {index}")
