"""Write an `.aot` file. By hand, since lief has no constructor for an ELF binary: it can only change one."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import NamedTuple

from mvvm.abi import elf
from mvvm.abi.sections import DATA, EH_FRAME, GOT, IMAGE, IMAGE_ALIGNMENT, RODATA, TEXT, WASM
from mvvm.aot.image import Image
from mvvm.aot.layout import HEADERS_SIZE, SEGMENTS, align
from mvvm.aot.machines import Machine

_ALIGNMENTS = {WASM: 4096}  # data segments are mapped from it
_STB_LOCAL, _STT_FUNC = 0, 2


class _SectionHeader(NamedTuple):
    """An Elf64_Shdr, with its name instead of the name's offset."""

    name: str
    type: int
    flags: int = 0
    address: int = 0
    offset: int = 0
    size: int = 0
    link: int = 0
    info: int = 0
    alignment: int = 1
    entry_size: int = 0


def write(
    image: Image, machine: Machine, metadata: Mapping[str, bytes], names: Mapping[str, str] | None = None
) -> bytes:
    """Return the whole file: an ELF64 shared object without a dynamic section.

    `metadata` are the contents of sections that are not loaded, by section name. `names` gives functions of the
    image another name in the symbol table, for those who debug.
    """
    file = _File(machine.byte_order)
    file.pad(HEADERS_SIZE)
    for name, contents, flags in (
        (RODATA, image.rodata, elf.SHF_ALLOC),
        (EH_FRAME, image.eh_frame, elf.SHF_ALLOC),
        (TEXT, image.text, elf.SHF_ALLOC | elf.SHF_EXECINSTR),
    ):
        place = image.layout[name]
        file.pad(place.offset)
        file.add(_SectionHeader(name, elf.SHT_PROGBITS, flags, place.address, alignment=place.alignment), contents)
    for name in (GOT, DATA):
        place = image.layout[name]
        flags = elf.SHF_ALLOC | elf.SHF_WRITE
        file.sections.append(
            _SectionHeader(name, elf.SHT_NOBITS, flags, place.address, 0, place.size, alignment=place.alignment)
        )
    for name, contents in metadata.items():
        alignment = IMAGE_ALIGNMENT if name.startswith(IMAGE) else _ALIGNMENTS.get(name, 1)
        file.add(_SectionHeader(name, elf.SHT_PROGBITS, alignment=alignment), contents)
    _add_symbols(file, image, names or {})
    file.add_section_table()
    return file.finish(machine, _program_headers(image, machine))


class _File:
    """A file that is being written from its start to its end."""

    def __init__(self, byte_order: str) -> None:
        self.byte_order = byte_order
        self.contents = bytearray()
        self.sections = [_SectionHeader("", 0, alignment=0)]
        self._section_table = 0

    def pad(self, offset: int) -> None:
        """Go on at `offset`."""
        self.contents += bytes(offset - len(self.contents))

    def add(self, header: _SectionHeader, contents: bytes) -> None:
        """Append a section's contents; its header is given without offset and size."""
        self.pad(align(len(self.contents), header.alignment))
        self.sections.append(header._replace(offset=len(self.contents), size=len(contents)))
        self.contents += contents

    def add_section_table(self) -> None:
        """Append the names and headers of all sections."""
        header = _SectionHeader(".shstrtab", elf.SHT_STRTAB)
        strings, offsets = _string_table([*(section.name for section in self.sections), header.name])
        self.add(header, strings)
        self.pad(align(len(self.contents), 8))
        self._section_table = len(self.contents)
        for offset, section in zip(offsets, self.sections, strict=True):
            self.contents += struct.pack(self.byte_order + elf.SHDR, offset, *section[1:])

    def finish(self, machine: Machine, program_headers: list[tuple[int, ...]]) -> bytes:
        """Return the file, with its headers put in."""
        ei_data = next(value for value, order in elf.BYTE_ORDERS.items() if order == self.byte_order)
        struct.pack_into(
            self.byte_order + elf.EHDR,
            self.contents,
            0,
            elf.MAGIC + bytes((elf.ELFCLASS64, ei_data, elf.EV_CURRENT)),
            elf.ET_DYN,
            machine.e_machine,
            elf.EV_CURRENT,
            0,  # e_entry
            elf.EHDR_SIZE,  # e_phoff
            self._section_table,
            machine.e_flags,
            elf.EHDR_SIZE,
            elf.PHDR_SIZE,
            len(program_headers),
            elf.SHDR_SIZE,
            len(self.sections),
            len(self.sections) - 1,  # e_shstrndx: .shstrtab is the last
        )
        for index, header in enumerate(program_headers):
            offset = elf.EHDR_SIZE + index * elf.PHDR_SIZE
            struct.pack_into(self.byte_order + elf.PHDR, self.contents, offset, *header)
        return bytes(self.contents)


def _program_headers(image: Image, machine: Machine) -> list[tuple[int, ...]]:
    headers: list[tuple[int, ...]] = []
    for flags, names in SEGMENTS:
        first, last = image.layout[names[0]], image.layout[names[-1]]
        offset, address = (0, 0) if RODATA in names else (first.offset, first.address)
        size = last.address + last.size - address
        in_file = 0 if GOT in names else size
        if size:
            headers.append((elf.PT_LOAD, flags, offset, address, address, in_file, size, machine.page_size))
    headers.append((elf.PT_GNU_STACK, elf.PF_R | elf.PF_W, 0, 0, 0, 0, 0, 16))
    return headers


def _add_symbols(file: _File, image: Image, names: Mapping[str, str]) -> None:
    """Append .symtab and .strtab: all functions, by ascending address.

    All are local, as hidden functions are in any shared object: nothing looks them up.
    """
    functions = [symbol for symbol in (*image.symbols.values(), *image.local_functions) if symbol.is_function]
    functions.sort(key=lambda symbol: symbol.offset)
    strings, offsets = _string_table([names.get(symbol.name, symbol.name) for symbol in functions])
    text = image.layout[TEXT].address
    text_index = [section.name for section in file.sections].index(TEXT)
    entry = struct.Struct(file.byte_order + elf.SYM)
    info = _STB_LOCAL << 4 | _STT_FUNC
    symbols = entry.pack(0, 0, 0, 0, 0, 0) + b"".join(
        entry.pack(name, info, 0, text_index, text + symbol.offset, symbol.size)
        for name, symbol in zip(offsets, functions, strict=True)
    )
    strtab_index = len(file.sections) + 1
    num_local = len(functions) + 1
    file.add(
        _SectionHeader(
            ".symtab",
            elf.SHT_SYMTAB,
            link=strtab_index,
            info=num_local,
            alignment=8,
            entry_size=elf.SYM_SIZE,
        ),
        symbols,
    )
    file.add(_SectionHeader(".strtab", elf.SHT_STRTAB), strings)


def _string_table(names: list[str]) -> tuple[bytes, list[int]]:
    """Return an ELF string table, and the offset in it of each name. A NUL in a name becomes `?`."""
    table = bytearray(b"\0")
    offsets = []
    for name in names:
        offsets.append(len(table) if name else 0)
        if name:
            table += name.replace("\0", "?").encode("utf-8", "replace") + b"\0"
    return bytes(table), offsets
