"""Linear memories: reserved address space, so that guard pages stand for bounds checks.

A memory of a byte a page ends anywhere in a page of the machine. What of that page is behind the end is zero, and stays
so: compiled code checks each access to such a memory (mvvm.lower.checked_address).
"""

from __future__ import annotations

import ctypes
import mmap

from mvvm.errors import EnvironmentFailure, UsageError
from mvvm.runtime import libc
from mvvm.runtime.store import Store
from mvvm.runtime.waiters import Waiters
from mvvm.wasm.types import MAX_PAGES, MAX_PAGES_64, PAGE_SIZE, WIDE_GUARD, Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# An address is a 32-bit index plus a 32-bit offset plus an access of up to 16 bytes.
_RESERVED = (8 << 30) + PAGE_SIZE
# A 64-bit one is below the largest size, or in the guard behind that (mvvm.lower.wide_address).
_RESERVED_64 = MAX_PAGES_64 * PAGE_SIZE + WIDE_GUARD


class OutOfBounds(Exception):
    """A host function was given a range that is not in the guest's memory."""


class Memory:
    """A linear memory.

    `view` spans every address that a guest can form. Reading or writing it beyond `allocated` is a segmentation
    fault of this process, so whatever comes from a guest goes through `span`, which checks; what is between `size` and
    `allocated` must stay zero. `mapped` are the ranges (address, size in bytes) that map_extent put there.
    """

    __slots__ = (
        "__weakref__",
        "_cell",
        "_reserved",
        "base",
        "cell_address",
        "limits",
        "mapped",
        "max_pages",
        "store",
        "view",
        "waiters",
    )

    def __init__(self, limits: Limits, max_pages: int = MAX_PAGES_64, store: Store | None = None) -> None:
        """Reserve the address space, and zero pages for the minimum.

        `max_pages` is the host's own limit (in pages of 64 KiB). Raises EnvironmentFailure where the minimum
        is beyond it or the machine refuses, UsageError for pages that Wasm does not have.
        """
        page_size = limits.page_size
        if page_size not in (1, PAGE_SIZE):
            raise UsageError(f"a memory has pages of 1 or {PAGE_SIZE} bytes, not {page_size}")
        self.limits = limits
        self.store = store or Store()
        self.mapped: list[tuple[int, int]] = []
        self.waiters = Waiters()
        self._reserved = _RESERVED_64 if limits.index64 else _RESERVED
        largest = (MAX_PAGES_64 if limits.index64 else MAX_PAGES) * PAGE_SIZE // page_size
        # Nothing grows to the very end of the address space, so that an index in a memory plus the size of a page
        # does not wrap around: mvvm.lower.memory relies on it. The spec lets growing fail at any size.
        self.max_pages = min(
            max_pages * PAGE_SIZE // page_size,
            largest if limits.maximum is None else limits.maximum,
            largest if limits.index64 else max(limits.minimum, largest - 1),
        )
        if limits.minimum > self.max_pages:
            raise EnvironmentFailure(
                f"the program needs {limits.minimum * page_size} bytes of memory, more than the limit of "
                f"{self.max_pages * page_size}"
            )
        try:
            self.base = libc.mmap(
                0, self._reserved, libc.PROT_NONE, libc.MAP_PRIVATE | libc.MAP_ANONYMOUS | libc.MAP_NORESERVE
            )
        except OSError as error:
            raise EnvironmentFailure(f"cannot reserve address space for a memory: {error.strerror}") from None
        self._cell = ctypes.c_uint64(0)
        self.cell_address = ctypes.addressof(self._cell)
        array = (ctypes.c_ubyte * (largest * page_size)).from_address(self.base)
        self.view = memoryview(array).cast("B")
        if self.grow(limits.minimum) < 0:
            libc.munmap(self.base, self._reserved)
            self.base = 0
            raise EnvironmentFailure(f"cannot allocate {limits.minimum * page_size} bytes for a memory")

    @property
    def pages(self) -> int:
        """The size now, in pages of the memory's type."""
        return self._cell.value

    @property
    def size(self) -> int:
        """The size now, in bytes."""
        return self._cell.value * self.limits.page_size

    @property
    def allocated(self) -> int:
        """Bytes that are there: up to the end of the machine's page that the memory ends in."""
        return _whole_pages(self.size)

    def grow(self, delta: int) -> int:
        """Grow by `delta` pages. Returns the old size in pages, or -1 where a limit or the machine forbids it."""
        old = self._cell.value
        if delta == 0:
            return old
        if old + delta > self.max_pages:
            return -1
        start, end = self.allocated, _whole_pages((old + delta) * self.limits.page_size)
        if end > start:  # QEMU fails where there is nothing to do
            try:
                libc.mprotect(self.base + start, end - start, libc.PROT_READ | libc.PROT_WRITE)
            except OSError:
                return -1
        self._cell.value = old + delta
        return old

    def span(self, address: int, size: int) -> memoryview:
        """The bytes from `address` on, to read or write in place. Raises OutOfBounds."""
        if address < 0 or size < 0 or address + size > self.size:
            raise OutOfBounds
        return self.view[address : address + size]

    def extent(self, address: int, size: int) -> memoryview:
        """The same for bytes that may be behind the end, in what is allocated: a snapshot holds whole pages."""
        if address < 0 or size < 0 or address + size > self.allocated:
            raise OutOfBounds
        return self.view[address : address + size]

    def map_extent(self, fd: int, offset: int, address: int, size: int) -> None:
        """Put a file's `size` bytes from `offset` on at `address`, copy-on-write, in place of what is there.

        All three are multiples of the machine's page size. Raises OutOfBounds, and OSError, after which the range may
        not be memory any more.
        """
        self.extent(address, size)
        flags = libc.MAP_PRIVATE | libc.MAP_FIXED | libc.MAP_NORESERVE
        libc.mmap(self.base + address, size, libc.PROT_READ | libc.PROT_WRITE, flags, fd, offset)
        self.mapped.append((address, size))

    def contains(self, address: int) -> bool:
        """Whether a host address lies in this memory's reservation, guard pages included."""
        return self.base <= address < self.base + self._reserved

    def __del__(self, munmap: Callable[[int, int], int] = libc.munmap) -> None:
        if getattr(self, "base", 0):
            # Views handed out earlier must not be used any more: as with any closed buffer of the host.
            munmap(self.base, self._reserved)


def _whole_pages(size: int) -> int:
    """A number of bytes, rounded up to pages of the machine."""
    return -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
