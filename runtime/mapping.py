"""Compiled code in memory: the segments of an ELF file that the compiler wrote."""

from __future__ import annotations

import ctypes
import mmap
import os
import struct

from mvvm.abi import elf, sections
from mvvm.errors import BadAotFile, EnvironmentFailure, IncompatibleAot
from mvvm.runtime import libc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mvvm.runtime.call_frames import CallFrames

_PROTECTIONS = ((elf.PF_R, libc.PROT_READ), (elf.PF_W, libc.PROT_WRITE), (elf.PF_X, libc.PROT_EXEC))


class MappedCode:
    """The segments of an ELF file, mapped for as long as this lives.

    `base` is where the file's address 0 is, `text` where its .text is.
    """

    __slots__ = ("_call_frames", "_eh_frame", "_functions", "_size", "base", "text")

    def __init__(self, image: elf.ElfFile, file: int, functions: Callable[[], dict[int, int]]) -> None:
        """Map all segments at one place, text read and execute from the file. Raises EnvironmentFailure.

        `functions` tells function indices, by offset in .text; it is called when a backtrace is made.
        """
        self.base = 0
        self._functions: Callable[[], dict[int, int]] | dict[int, int] = functions
        self._eh_frame = image.section(sections.EH_FRAME)
        self._call_frames: CallFrames | None = None
        end = max(segment.address + segment.memory_size for segment in image.segments)
        self._size = -(-end // mmap.PAGESIZE) * mmap.PAGESIZE
        flags = libc.MAP_PRIVATE | libc.MAP_ANONYMOUS | libc.MAP_NORESERVE
        try:
            self.base = libc.mmap(0, self._size, libc.PROT_NONE, flags)
            for segment in image.segments:
                protection = sum(ours for theirs, ours in _PROTECTIONS if segment.flags & theirs)
                start = segment.address & -mmap.PAGESIZE
                before = segment.address - start
                fixed = libc.MAP_PRIVATE | libc.MAP_FIXED
                if segment.file_size:
                    offset = image.start + segment.offset - before
                    libc.mmap(self.base + start, segment.file_size + before, protection, fixed, file, offset)
                else:
                    size = segment.memory_size + before
                    libc.mmap(self.base + start, size, protection, fixed | libc.MAP_ANONYMOUS)
        except OSError as error:
            raise EnvironmentFailure(f"cannot map the .aot file: {error.strerror}") from None
        self.text = self.base + image.section(sections.TEXT).address

    def fill_got(self, got: elf.Section, imports: Sequence[str], ours: Mapping[str, int]) -> None:
        """Put the addresses of what the code refers to by name into .got: `ours`, else libc's functions."""
        slots = [ours.get(name) or _libc_address(name) for name in imports]
        ctypes.memmove(self.base + got.address, struct.pack(f"={len(slots)}Q", *slots), 8 * len(slots))

    @property
    def call_frames(self) -> CallFrames:
        """The call frame information of the code."""
        if self._call_frames is None:
            from mvvm.runtime.call_frames import CallFrames

            self._call_frames = CallFrames(bytes(self._eh_frame.contents), self.base + self._eh_frame.address)
        return self._call_frames

    def function_at(self, address: int) -> int | None:
        """The function (its index) whose code an address is in, if there is one here."""
        start = self.call_frames.function_start(address)
        if start is None:
            return None
        if not isinstance(self._functions, dict):
            self._functions = self._functions()
        return self._functions.get(start - self.text)

    def __del__(self, munmap: Callable[[int, int], int] = libc.munmap) -> None:
        if self.base:
            munmap(self.base, self._size)


def memory_file(name: str, contents: bytes | memoryview) -> int:
    """A descriptor of a file in memory that holds `contents`. The caller closes it. Raises OSError."""
    file = os.memfd_create(name, os.MFD_CLOEXEC)
    view = memoryview(contents)
    try:
        while view:
            view = view[os.write(file, view) :]
    except BaseException:
        os.close(file)
        raise
    return file


def _libc_address(name: str) -> int:
    try:
        symbol = libc.libc[name]
    except (AttributeError, ValueError):  # not there, or no name of C at all
        raise IncompatibleAot(f"the .aot file needs {name}(), which this machine's libc lacks") from None
    return ctypes.cast(symbol, ctypes.c_void_p).value or 0


def check_section(image: elf.ElfFile, name: str, right: int, size: int) -> None:
    """Raise BadAotFile unless a loaded section has a right (SHF_EXECINSTR, SHF_WRITE) and at least `size` bytes."""
    section = image.section(name)
    flags = right | elf.SHF_ALLOC
    if section.flags & flags != flags or section.size < size:
        raise BadAotFile(f"damaged .aot file: its section {name} is not what its metadata say")


def check_places(image: elf.ElfFile, num_imports: int, data_size: int = 0) -> None:
    """Raise BadAotFile unless sections are where the loader writes and jumps."""
    check_section(image, sections.TEXT, elf.SHF_EXECINSTR, 1)
    check_section(image, sections.GOT, elf.SHF_WRITE, 8 * num_imports)
    check_section(image, sections.DATA, elf.SHF_WRITE, data_size)
