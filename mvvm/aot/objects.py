"""The relocatable ELF objects that LLVM writes, as far as the linker needs them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import NamedTuple

import lief

from mvvm.abi.elf import SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE
from mvvm.abi.sections import DATA, EH_FRAME, RODATA, TEXT
from mvvm.aot.machines import Machine
from mvvm.errors import InternalError


@dataclass(slots=True)
class InputSection:
    """A section of an object that goes into section `output` of the file.

    `relocations` are Elf64_Rela entries as they stand in the object. The linker sets `offset`, in bytes from the
    start of `output`.
    """

    name: str
    output: str
    alignment: int
    contents: bytes
    relocations: bytes = b""
    offset: int = 0


class InputSymbol(NamedTuple):
    """An entry of an object's symbol table.

    `section` is its index in the object: 0 where the symbol is undefined, and no key of ObjectFile.sections where
    what it names is not linked.
    """

    name: str
    section: int
    value: int
    size: int
    is_local: bool
    is_weak: bool
    is_hidden: bool
    is_function: bool


@dataclass(frozen=True, slots=True)
class ObjectFile:
    """An object: its sections that are linked, by index, and its symbol table."""

    sections: dict[int, InputSection]
    symbols: list[InputSymbol]


def read_object(data: bytes, machine: Machine) -> ObjectFile:
    """Read an object. Raises InternalError where LLVM wrote something that the linker does not know."""
    config = lief.ELF.ParserConfig()
    # Building an object for each of a million relocations takes seconds: the linker reads the table itself.
    config.parse_relocations = False
    binary = lief.ELF.parse(io.BytesIO(data), config)
    if binary is None or int(binary.header.machine_type) != machine.e_machine:
        raise InternalError(f"not an object for {machine.name}")
    sections: dict[int, InputSection] = {}
    for index, section in enumerate(binary.sections):
        output = _output(section)
        if output is not None:
            # A section of zeros has no bytes in the object.
            contents = bytes(section.size) if output == DATA else bytes(section.content)
            # Entries of call frame information follow each other without a gap: zeros would end the table.
            alignment = 1 if output == EH_FRAME else section.alignment or 1
            sections[index] = InputSection(_text(section.name), output, alignment, contents)
    for section in binary.sections:
        if section.type == lief.ELF.Section.TYPE.RELA and section.information in sections:
            sections[section.information].relocations = bytes(section.content)
    return ObjectFile(sections, [_symbol(symbol) for symbol in binary.symtab_symbols])


def _output(section: lief.ELF.Section) -> str | None:
    """The section of the file that an input section goes to; None for what the loader has no use for."""
    name, flags = _text(section.name), section.flags
    if not flags & SHF_ALLOC or section.size == 0:
        return None
    if name == EH_FRAME:
        return EH_FRAME
    if flags & SHF_EXECINSTR:
        return TEXT
    if section.type == lief.ELF.Section.TYPE.NOBITS:
        return DATA
    # .data.rel.ro is writable only for a dynamic linker's sake.
    if not flags & SHF_WRITE or name.startswith(".data.rel.ro"):
        return RODATA
    raise InternalError(f"section {name}: data that is not zero at the start cannot be linked")


def _symbol(symbol: lief.ELF.Symbol) -> InputSymbol:
    return InputSymbol(
        name=_text(symbol.name),
        section=symbol.shndx,
        value=symbol.value,
        size=symbol.size,
        is_local=symbol.binding == lief.ELF.Symbol.BINDING.LOCAL,
        is_weak=symbol.binding == lief.ELF.Symbol.BINDING.WEAK,
        is_hidden=symbol.visibility == lief.ELF.Symbol.VISIBILITY.HIDDEN,
        is_function=symbol.type == lief.ELF.Symbol.TYPE.FUNC,
    )


def _text(name: str | bytes) -> str:
    return name if isinstance(name, str) else name.decode("utf-8", "replace")
