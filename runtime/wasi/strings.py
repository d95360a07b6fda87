"""Lists of strings in guest memory, as arguments and environment variables are handed over."""

from __future__ import annotations

from mvvm.runtime.wasi.types import U32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.memory import Memory


def write(memory: Memory, strings: list[bytes], pointers: int, buffer: int) -> int:
    """Write `strings`, each with a NUL, from `buffer` on, and their addresses as u32[] to `pointers`."""
    text = b"".join(string + b"\0" for string in strings)
    pointer_span = memory.span(pointers, 4 * len(strings))
    memory.span(buffer, len(text))[:] = text
    for index, string in enumerate(strings):
        U32.pack_into(pointer_span, 4 * index, buffer)
        buffer += len(string) + 1
    return 0


def write_sizes(memory: Memory, strings: list[bytes], count: int, size: int) -> int:
    """Write the number of `strings` and their size in bytes, NULs included, as u32 to `count` and `size`."""
    count_span, size_span = memory.span(count, 4), memory.span(size, 4)
    U32.pack_into(count_span, 0, len(strings))
    U32.pack_into(size_span, 0, sum(map(len, strings)) + len(strings))
    return 0
