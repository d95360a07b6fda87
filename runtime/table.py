"""Tables: references in reserved address space, which compiled code indexes directly."""

from __future__ import annotations

import ctypes

from mvvm.errors import EnvironmentFailure
from mvvm.runtime import libc
from mvvm.runtime.store import Store
from mvvm.wasm.types import TableType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# The most elements that a table can have, as in other engines; the spec lets a host set a limit.
MAX_ELEMENTS = 10_000_000


class Table:
    """A table. Elements are raw references: addresses of Records, or handles; 0 is null."""

    __slots__ = ("_cell", "_reserved", "base", "cell_address", "elements", "max_size", "store", "type")

    def __init__(self, type: TableType, initial: int = 0, store: Store | None = None) -> None:
        """Make a table of the minimum size, filled with `initial`. Raises EnvironmentFailure."""
        limits = type.limits
        self.type = type
        self.store = store or Store()
        self.max_size = min(MAX_ELEMENTS, MAX_ELEMENTS if limits.maximum is None else limits.maximum)
        if limits.minimum > self.max_size:
            raise EnvironmentFailure(
                f"the program needs a table of {limits.minimum} elements, more than the limit of {self.max_size}"
            )
        self._reserved = max(8 * self.max_size, 1)
        flags = libc.MAP_PRIVATE | libc.MAP_ANONYMOUS | libc.MAP_NORESERVE
        try:
            self.base = libc.mmap(0, self._reserved, libc.PROT_READ | libc.PROT_WRITE, flags)
        except OSError as error:
            raise EnvironmentFailure(f"cannot reserve address space for a table: {error.strerror}") from None
        self._cell = ctypes.c_uint64(0)
        self.cell_address = ctypes.addressof(self._cell)
        # A view of all that the table can ever hold; indices are checked against `size`.
        self.elements = memoryview((ctypes.c_uint64 * max(self.max_size, 1)).from_address(self.base)).cast("B")
        self.elements = self.elements.cast("Q")
        self.grow(limits.minimum, initial)

    @property
    def size(self) -> int:
        """The number of elements now."""
        return self._cell.value

    def grow(self, delta: int, initial: int) -> int:
        """Append `delta` elements. Returns the old size, or -1 where a limit forbids it."""
        old = self._cell.value
        if old + delta > self.max_size:
            return -1
        if initial:
            self.fill(old, initial, delta)
        self._cell.value = old + delta
        return old

    def fill(self, start: int, value: int, count: int) -> None:
        """Set `count` elements from `start` on. The range is not checked."""
        ctypes.memmove(self.base + 8 * start, (ctypes.c_uint64 * count)(*([value] * count)), 8 * count)

    def __del__(self, munmap: Callable[[int, int], int] = libc.munmap) -> None:
        if getattr(self, "base", 0):
            munmap(self.base, self._reserved)
