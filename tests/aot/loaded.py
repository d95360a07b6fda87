"""An `.aot` file mapped by hand, to call what is in it."""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mvvm.abi import elf
from mvvm.abi.sections import GOT, TEXT
from mvvm.aot.image import Image
from mvvm.runtime import libc

_WRAPPERS: dict[type, Callable[[Any], Any]] = {int: ctypes.c_int64, float: ctypes.c_double}
_LIBRARIES = (ctypes.CDLL(None), ctypes.CDLL("libm.so.6"))


def _as_it_is(argument: object) -> object:
    return argument


def libc_address(name: str) -> int:
    for library in _LIBRARIES:
        if hasattr(library, name):
            address = ctypes.cast(getattr(library, name), ctypes.c_void_p).value
            assert address
            return address
    raise LookupError(name)


class Loaded:
    """`path` mapped as its program headers say; `image` is what it was written from."""

    def __init__(self, path: Path, image: Image) -> None:
        file = elf.read(path.read_bytes())
        span = max(segment.address + segment.memory_size for segment in file.segments)
        private = libc.MAP_PRIVATE
        self._span = span
        self.base = libc.mmap(0, span, libc.PROT_NONE, private | libc.MAP_ANONYMOUS)
        self._image = image
        self._text = self.base + file.section(TEXT).address
        with path.open("rb") as opened:
            for segment in file.segments:
                skew = segment.address % mmap.PAGESIZE
                where = self.base + segment.address - skew
                protection = sum(
                    right
                    for flag, right in (
                        (elf.PF_R, libc.PROT_READ),
                        (elf.PF_W, libc.PROT_WRITE),
                        (elf.PF_X, libc.PROT_EXEC),
                    )
                    if segment.flags & flag
                )
                flags, fd = private | libc.MAP_FIXED, opened.fileno()
                if segment.file_size == 0:
                    flags, fd = flags | libc.MAP_ANONYMOUS, -1
                libc.mmap(where, segment.memory_size + skew, protection, flags, fd, segment.offset - skew)
        self._fill_got(file, image.imports)

    def _fill_got(self, file: elf.ElfFile, imports: Sequence[str]) -> None:
        slots = (ctypes.c_uint64 * len(imports)).from_address(self.base + file.section(GOT).address)
        slots[:] = [libc_address(name) for name in imports]

    def address(self, name: str) -> int:
        return self._text + self._image.symbols[name].offset

    def call(self, name: str, *arguments: int | float | bytes | ctypes.Array[Any], result: Any = None) -> Any:
        """Call a function: ints are i64, the result too unless `result` says otherwise."""
        function = ctypes.CFUNCTYPE(result or ctypes.c_int64)(self.address(name))
        return function(*(_WRAPPERS.get(type(a), _as_it_is)(a) for a in arguments))

    def close(self) -> None:
        libc.munmap(self.base, self._span)
