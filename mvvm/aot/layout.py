"""Where the loaded sections stand in an `.aot` file and in memory.

Decided before relocation, which needs the distances between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mvvm.abi.elf import EHDR_SIZE, PF_R, PF_W, PF_X, PHDR_SIZE
from mvvm.abi.sections import DATA, EH_FRAME, GOT, RODATA, TEXT

# Program flags, and the sections, of each segment in the order of addresses.
SEGMENTS = ((PF_R, (RODATA, EH_FRAME)), (PF_R | PF_X, (TEXT,)), (PF_R | PF_W, (GOT, DATA)))

# The first segment begins with the ELF header and the program headers: the segments, PT_GNU_STACK.
HEADERS_SIZE = EHDR_SIZE + (len(SEGMENTS) + 1) * PHDR_SIZE

# What .text is aligned to in the file, so that on kernels with pages of this size nothing else is executable.
_FILE_PAGE = 4096


@dataclass(frozen=True, slots=True)
class Placement:
    """A section's place: `offset` in the file, `address` relative to where the file is loaded; all in bytes."""

    offset: int
    address: int
    size: int
    alignment: int


def align(position: int, alignment: int) -> int:
    """Return the first multiple of `alignment`, a power of two, from `position` on."""
    return (position + alignment - 1) & -alignment


def lay_out(sizes: Mapping[str, tuple[int, int]], page_size: int) -> dict[str, Placement]:
    """Place the loaded sections, given the size and the alignment of each.

    Each segment has pages of `page_size` bytes of its own in memory. The file is not padded to such pages:
    it is enough that offset and address of a segment are equal modulo `page_size`. The last segment is all zeros
    and takes no space in the file; its offset is 0.
    """
    size, alignment = sizes[RODATA]
    start = align(HEADERS_SIZE, alignment)
    rodata = Placement(start, start, size, alignment)

    size, alignment = sizes[EH_FRAME]
    start = align(rodata.offset + rodata.size, alignment)
    eh_frame = Placement(start, start, size, alignment)

    size, alignment = sizes[TEXT]
    offset = align(eh_frame.offset + eh_frame.size, max(alignment, _FILE_PAGE))
    address = align(eh_frame.address + eh_frame.size, page_size) + offset % page_size
    text = Placement(offset, address, size, alignment)

    size, alignment = sizes[GOT]
    got = Placement(0, align(text.address + text.size, page_size), size, alignment)

    size, alignment = sizes[DATA]
    data = Placement(0, align(got.address + got.size, alignment), size, alignment)
    return {RODATA: rodata, EH_FRAME: eh_frame, TEXT: text, GOT: got, DATA: data}
