"""Link LLVM's objects into one image: collect their sections, lay them out, relocate them.

There are no dynamic relocations: code reaches everything by distances, which loading does not change, but for
imports. Each of them has a slot in the global offset table, which the loader fills, and a stub in .text that
jumps through it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence

from mvvm.abi.sections import DATA, EH_FRAME, GOT, RODATA, TEXT
from mvvm.aot.image import Image, Symbol
from mvvm.aot.layout import Placement, align, lay_out
from mvvm.aot.machines import Machine
from mvvm.aot.machines.machine import OutOfRange, Patch
from mvvm.aot.objects import InputSection, InputSymbol, ObjectFile, read_object
from mvvm.errors import InputError, InternalError

_SLOT_SIZE = 8
_STUB_ALIGNMENT = 8
_RELA = "QQq"  # offset info addend


def link(objects: Sequence[bytes], machine: Machine) -> Image:
    """Link relocatable ELF objects.

    Raises InputError where the program is too large for the machine's instructions, InternalError where the objects
    do not fit together or hold what cannot be linked.
    """
    files = [read_object(data, machine) for data in objects]
    outputs = _collect(files, machine)
    symbols = _define(files)
    imports = _find_imports(files, symbols)
    code = outputs[TEXT]
    stubs = [code.reserve(machine.stub_size, _STUB_ALIGNMENT) for _ in imports]

    sizes = {name: (len(output.contents), output.alignment) for name, output in outputs.items()}
    layout = lay_out({**sizes, GOT: (len(imports) * _SLOT_SIZE, _SLOT_SIZE)}, machine.page_size)

    text, got = layout[TEXT].address, layout[GOT].address
    slots = {name: got + i * _SLOT_SIZE for i, name in enumerate(imports)}
    addresses = {name: layout[symbol.section].address + symbol.offset for name, symbol in symbols.items()}
    addresses |= {name: text + offset for name, offset in zip(imports, stubs, strict=True)}
    for name, offset in zip(imports, stubs, strict=True):
        code.contents[offset : offset + machine.stub_size] = _stub(machine, name, addresses, slots)
    for file in files:
        relocator = _Relocator(file, machine, layout, addresses, slots)
        for section in file.sections.values():
            relocator.relocate(section, outputs[section.output].contents)

    local_functions = _local_functions(files) + [
        Symbol(f"{name}@plt", TEXT, offset, machine.stub_size, True)
        for name, offset in zip(imports, stubs, strict=True)
    ]
    rodata, eh_frame = bytes(outputs[RODATA].contents), bytes(outputs[EH_FRAME].contents)
    return Image(layout, rodata, eh_frame, bytes(code.contents), symbols, local_functions, imports)


class _Output:
    """A section of the file that is being put together from sections of the objects."""

    def __init__(self, padding: bytes) -> None:
        self.contents = bytearray()
        self.alignment = 1
        self._padding = padding

    def reserve(self, size: int, alignment: int) -> int:
        """Append `size` zeros at a multiple of `alignment`, and return where."""
        start = align(len(self.contents), alignment)
        self.contents += self._padding * ((start - len(self.contents)) // len(self._padding)) + bytes(size)
        self.alignment = max(self.alignment, alignment)
        return start

    def add(self, section: InputSection) -> None:
        """Append an object's section, and note in it where."""
        section.offset = self.reserve(len(section.contents), section.alignment)
        self.contents[section.offset :] = section.contents


def _collect(files: Iterable[ObjectFile], machine: Machine) -> dict[str, _Output]:
    """Put the sections of all objects together, in the order of the objects."""
    outputs = {name: _Output(machine.padding if name == TEXT else b"\0") for name in (RODATA, EH_FRAME, TEXT, DATA)}
    for file in files:
        for section in file.sections.values():
            outputs[section.output].add(section)
    return outputs


def _symbol_in(section: InputSection, symbol: InputSymbol) -> Symbol:
    return Symbol(symbol.name, section.output, section.offset + symbol.value, symbol.size, symbol.is_function)


def _define(files: Iterable[ObjectFile]) -> dict[str, Symbol]:
    """Return what the objects define for each other. Of several weak definitions the first counts."""
    strong: dict[str, Symbol] = {}
    weak: dict[str, Symbol] = {}
    for file in files:
        for symbol in file.symbols:
            section = file.sections.get(symbol.section)
            if symbol.is_local or section is None:
                continue
            if symbol.is_weak:
                weak.setdefault(symbol.name, _symbol_in(section, symbol))
            elif symbol.name in strong:
                raise InternalError(f"{symbol.name} is defined by two objects")
            else:
                strong[symbol.name] = _symbol_in(section, symbol)
    return weak | strong


def _find_imports(files: Iterable[ObjectFile], defined: Mapping[str, Symbol]) -> list[str]:
    """Return the names that no object defines, each once, in the order in which objects refer to them."""
    imports: dict[str, None] = {}
    for file in files:
        for symbol in file.symbols:
            if symbol.section == 0 and not symbol.is_local and symbol.name not in defined:
                if symbol.is_hidden:
                    raise InternalError(f"no object defines {symbol.name}")
                imports[symbol.name] = None
    return list(imports)


def _local_functions(files: Iterable[ObjectFile]) -> list[Symbol]:
    return [
        _symbol_in(file.sections[symbol.section], symbol)
        for file in files
        for symbol in file.symbols
        if symbol.is_local and symbol.is_function and symbol.section in file.sections
    ]


def _stub(machine: Machine, name: str, addresses: Mapping[str, int], slots: Mapping[str, int]) -> bytes:
    try:
        return machine.stub(addresses[name], slots[name])
    except OutOfRange as reach:
        raise _too_large(f"the slot of {name}", reach) from None


def _too_large(name: str, reach: OutOfRange) -> InputError:
    return InputError(f"the program is too large: {name} is more than {reach} from code that uses it")


class _Relocator:
    """Relocates the sections of one object."""

    def __init__(
        self,
        file: ObjectFile,
        machine: Machine,
        layout: Mapping[str, Placement],
        addresses: Mapping[str, int],
        slots: Mapping[str, int],
    ) -> None:
        self._file = file
        self._machine = machine
        self._layout = layout
        self._slots = slots
        self._addresses = [self._address(symbol, addresses) for symbol in file.symbols]

    def _address(self, symbol: InputSymbol, addresses: Mapping[str, int]) -> int | None:
        """The address of a symbol; None where it is of a section that is not linked."""
        if not symbol.is_local:
            return addresses.get(symbol.name)
        section = self._file.sections.get(symbol.section)
        if section is None:
            return None
        return self._layout[section.output].address + section.offset + symbol.value

    def relocate(self, section: InputSection, contents: bytearray) -> None:
        """Relocate `section`, which stands in `contents` at its offset."""
        base = self._layout[section.output].address
        direct, low, addresses = self._machine.direct, self._machine.low, self._addresses
        # What instructions are relocated to, by their address, and whether that was to be a slot of the table.
        highs: dict[int, tuple[int, bool]] = {}
        lows: list[tuple[int, int, int]] = []  # offset, relocation type, address of the other half
        for place, info, addend in struct.iter_unpack(self._machine.byte_order + _RELA, section.relocations):
            kind, index = info & 0xFFFFFFFF, info >> 32
            value = addresses[index]
            if value is None:
                raise InternalError(f"{section.name} refers to {self._name(index)}, which is not linked")
            if kind in low:
                lows.append((section.offset + place, kind, value + addend))
                continue
            patch = direct.get(kind)
            if patch is None:
                patch, value = self._through_got(section, kind, index, value)
            offset = section.offset + place
            try:
                patch(contents, offset, base + offset, value + addend)
            except OutOfRange as reach:
                raise _too_large(self._name(index), reach) from None
            if low:
                relaxed = kind in self._machine.got and self._name(index) not in self._slots
                highs[base + offset] = value + addend, relaxed
        for offset, kind, high in lows:
            if high not in highs:
                raise InternalError(f"{section.name}: half of a distance, of which the other half is not there")
            value, relaxed = highs[high]
            low_patch = low[kind].relaxed if relaxed else low[kind].through_slot
            low_patch(contents, offset, high, value)

    def _through_got(self, section: InputSection, kind: int, index: int, address: int) -> tuple[Patch, int]:
        """How to relocate to a symbol by way of its slot, and the slot's address; without a slot, directly."""
        name = self._name(index)
        relocation = self._machine.got.get(kind)
        if relocation is None:
            reason = (
                "an absolute address needs a dynamic relocation, which .aot files do not have"
                if kind == self._machine.absolute
                else f"relocation type {kind} is unknown"
            )
            raise InternalError(f"{section.name} refers to {name}: {reason}")
        slot = self._slots.get(name)
        if slot is None:
            return relocation.relaxed, address
        return relocation.through_slot, slot

    def _name(self, index: int) -> str:
        """The name of a symbol; a section's symbol has none of its own."""
        symbol = self._file.symbols[index]
        if symbol.name or symbol.section not in self._file.sections:
            return symbol.name
        return self._file.sections[symbol.section].name
