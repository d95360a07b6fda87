"""The ELF64 structures of an `.aot` file, and the loader's reader of them.

Names and layouts are those of the System V gABI, chapters 4 and 5. The reader believes nothing: whatever it
returns lies within the buffer, whatever does not is a BadAotFile.
"""

from __future__ import annotations

import struct

from mvvm.errors import BadAotFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mmap import mmap

# Formats of `struct`, to be prefixed by the byte order, and sizes in bytes.
EHDR = "16sHHIQQQIHHHHHH"  # ident type machine version entry phoff shoff flags ehsize ph{entsize num} sh{.. .. strndx}
PHDR = "IIQQQQQQ"  # type flags offset vaddr paddr filesz memsz align
SHDR = "IIQQQQIIQQ"  # name type flags addr offset size link info addralign entsize
SYM = "IBBHQQ"  # name info other shndx value size
EHDR_SIZE, PHDR_SIZE, SHDR_SIZE, SYM_SIZE = 64, 56, 64, 24

MAGIC = b"\x7fELF"
ELFCLASS64 = 2
BYTE_ORDERS = {1: "<", 2: ">"}  # ELFDATA2LSB, ELFDATA2MSB
EV_CURRENT = 1
ET_DYN = 3
PT_LOAD = 1
PT_GNU_STACK = 0x6474E551
PF_X, PF_W, PF_R = 1, 2, 4
SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB, SHT_NOBITS = 1, 2, 3, 8
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR = 1, 2, 4

MACHINES = {22: "s390x", 62: "x86_64", 183: "aarch64", 243: "riscv64"}  # e_machine, as platform.machine() has it

_MIN_ALIGNMENT = 4096  # the smallest page that memory can be mapped by
_MAX_NAME = 255
# Code that forms addresses relative to itself reaches no farther on any machine.
_MAX_IMAGE = 1 << 32


class Segment:
    """A PT_LOAD segment. `offset` and `file_size` are of the file, `address` is relative to the load address.

    Bytes beyond `file_size` are zero. `flags` are of PF_R, PF_W, PF_X; never is one both writable and
    executable. `offset` and `address` are equal modulo `alignment`, and no two segments share a page of that size.
    """

    __slots__ = ("address", "alignment", "file_size", "flags", "memory_size", "offset")

    def __init__(self, flags: int, offset: int, address: int, file_size: int, memory_size: int, alignment: int) -> None:
        self.flags = flags
        self.offset = offset
        self.address = address
        self.file_size = file_size
        self.memory_size = memory_size
        self.alignment = alignment


class Section:
    """A section: `size` in bytes; `contents` are empty where it has none in the file (SHT_NOBITS).

    `flags` are of SHF_*. A section with SHF_ALLOC lies within a segment that has the rights it needs, at `address`
    relative to the load address. Its contents are at `offset` in the file.
    """

    __slots__ = ("address", "contents", "flags", "offset", "size")

    def __init__(self, flags: int, address: int, offset: int, size: int, contents: memoryview) -> None:
        self.flags = flags
        self.address = address
        self.offset = offset
        self.size = size
        self.contents = contents


class ElfFile:
    """A file that was read: `machine` by its name, `segments` by ascending address, `sections` by name.

    `byte_order` is a prefix for `struct`. The file begins at `start` in another one, whose section it is, or at 0.
    """

    __slots__ = ("byte_order", "machine", "sections", "segments", "start")

    def __init__(
        self, machine: str, byte_order: str, segments: list[Segment], sections: dict[str, Section], start: int
    ) -> None:
        self.machine = machine
        self.byte_order = byte_order
        self.segments = segments
        self.sections = sections
        self.start = start

    def section(self, name: str) -> Section:
        """Return the section of that name. Raises BadAotFile where there is none."""
        try:
            return self.sections[name]
        except KeyError:
            raise BadAotFile(f"damaged .aot file: no section {name}") from None


def read(buffer: bytes | memoryview | mmap, start: int = 0) -> ElfFile:
    """Read the headers of an `.aot` file. Raises BadAotFile.

    `contents` of the sections are views of `buffer`, which cannot be closed as long as they are in use. `start` is
    where the file begins in the one that it is a section of.
    """
    view = memoryview(buffer)
    if len(view) < EHDR_SIZE or view[:4] != MAGIC:
        raise BadAotFile("not an .aot file: it does not begin with an ELF header")
    order = BYTE_ORDERS.get(view[5])
    if view[4] != ELFCLASS64 or order is None or view[6] != EV_CURRENT:
        raise BadAotFile("not an .aot file: it is no 64-bit ELF file")
    header = struct.unpack_from(order + EHDR, view)
    _, kind, machine, _, _, phoff, shoff, _, _, phentsize, phnum, shentsize, shnum, shstrndx = header
    if kind != ET_DYN:
        raise BadAotFile("not an .aot file: it is no ELF shared object")
    if phentsize != PHDR_SIZE or shentsize != SHDR_SIZE:
        raise BadAotFile("damaged .aot file: its tables have entries of an unknown size")
    program_headers = _slice(view, phoff, phnum * PHDR_SIZE, "the program headers")
    section_headers = _slice(view, shoff, shnum * SHDR_SIZE, "the section headers")
    segments = _read_segments(view, list(struct.iter_unpack(order + PHDR, program_headers)))
    sections = _read_sections(view, list(struct.iter_unpack(order + SHDR, section_headers)), shstrndx)
    for name, section in sections.items():
        if section.size and section.flags & SHF_ALLOC and not _in_a_segment(section, segments):
            raise BadAotFile(f"damaged .aot file: section {name} is in no segment of its kind")
    return ElfFile(MACHINES.get(machine, f"machine {machine}"), order, segments, sections, start)


def _slice(view: memoryview, offset: int, size: int, what: str) -> memoryview:
    if offset + size > len(view):
        raise BadAotFile(f"damaged or truncated .aot file: {what} reach beyond its end")
    return view[offset : offset + size]


def _read_segments(view: memoryview, headers: list[tuple[int, ...]]) -> list[Segment]:
    segments = []
    end = 0  # of the page in which the segment before ends
    for kind, flags, offset, address, _, file_size, memory_size, alignment in headers:
        if kind != PT_LOAD:
            continue
        _slice(view, offset, file_size, "the bytes of a segment")
        if alignment < _MIN_ALIGNMENT or alignment & (alignment - 1) or (offset - address) % alignment:
            raise BadAotFile("damaged .aot file: a segment is not aligned")
        if flags & PF_W and flags & PF_X:
            raise BadAotFile("damaged .aot file: a segment is both writable and executable")
        if file_size > memory_size or address + memory_size > _MAX_IMAGE:
            raise BadAotFile("damaged .aot file: a segment has an impossible size")
        if address & -alignment < end:
            raise BadAotFile("damaged .aot file: its segments overlap")
        end = (address + memory_size + alignment - 1) & -alignment
        segments.append(Segment(flags, offset, address, file_size, memory_size, alignment))
    return segments


def _read_sections(view: memoryview, headers: list[tuple[int, ...]], shstrndx: int) -> dict[str, Section]:
    if shstrndx >= len(headers):
        raise BadAotFile("damaged .aot file: no names of sections")
    names = bytes(_slice(view, headers[shstrndx][4], headers[shstrndx][5], "the names of sections"))
    sections: dict[str, Section] = {}
    for name_offset, kind, flags, address, offset, size, _, _, _, _ in headers[1:]:
        name_end = names.find(b"\0", name_offset, name_offset + _MAX_NAME + 1)
        if name_end < 0:
            raise BadAotFile("damaged .aot file: a section's name does not end")
        name = names[name_offset:name_end].decode("utf-8", "replace")
        if name in sections:
            raise BadAotFile(f"damaged .aot file: two sections {name}")
        in_file = 0 if kind == SHT_NOBITS else size
        contents = _slice(view, offset if in_file else 0, in_file, f"the bytes of section {name}")
        sections[name] = Section(flags, address, offset, size, contents)
    return sections


def _in_a_segment(section: Section, segments: list[Segment]) -> bool:
    rights = (PF_W if section.flags & SHF_WRITE else 0) | (PF_X if section.flags & SHF_EXECINSTR else 0)
    end = section.address + section.size
    return any(
        segment.address <= section.address
        and end <= segment.address + segment.memory_size
        and segment.flags & rights == rights
        for segment in segments
    )
