"""An `.aot` file of any machine, read and not mapped."""

from __future__ import annotations

import struct

from mvvm.abi import elf, sections
from mvvm.errors import BadAotFile
from mvvm.proto import wire
from mvvm.runtime import metadata
from mvvm.runtime.points import PointTable


class AotContents:
    """What is in an `.aot` file: `image` its sections, the others its metadata."""

    def __init__(self, contents: bytes) -> None:
        """Raises BadAotFile, and IncompatibleAot for a file of another format version."""
        self.file_size = len(contents)
        self.image = image = elf.read(contents)
        self.target = metadata.Target(bytes(image.section(sections.TARGET).contents))
        metadata.check_format(self.target)
        self.wasm = image.section(sections.WASM).contents
        self.info = metadata.read_module(bytes(image.section(sections.MODULE).contents), len(self.wasm))
        self.text = image.section(sections.TEXT)
        self.functions = metadata.Functions(
            bytes(image.section(sections.FUNCTIONS).contents), self.info, self.text.size
        )
        self.points = PointTable(bytes(image.section(sections.POINTS).contents))
        names = bytes(image.section(sections.NAMES).contents)
        self.names = metadata.read_names(names)
        self.module_name = wire.text(wire.fields(names), 1)
        self._sizes = _symbol_sizes(image, elf.BYTE_ORDERS[contents[5]])

    def code_size(self, offset: int) -> int:
        """The size of the function at an offset in .text. Raises BadAotFile."""
        size = self._sizes.get(self.text.address + offset)
        if size is None or offset + size > self.text.size:
            raise BadAotFile("damaged .aot file: a function of its table is not in .symtab")
        return size

    def code(self, offset: int) -> bytes:
        """The code of the function at an offset in .text. Raises BadAotFile."""
        return bytes(self.text.contents[offset : offset + self.code_size(offset)])

    def point_numbers(self) -> set[int] | None:
        """The numbers of the stable points that stand in the code; None for a machine that cannot be disassembled."""
        from mvvm.aot.machines import MACHINES

        machine = MACHINES.get(self.image.machine)
        if machine is None:
            return None
        if not self.points.pcs:
            return set()
        from mvvm.aot.find_points import find_numbers

        return find_numbers(machine, bytes(self.text.contents), self.functions.support[sections.STABLE_POINT])


def _symbol_sizes(image: elf.ElfFile, byte_order: str) -> dict[int, int]:
    """The sizes of functions, by their addresses."""
    symtab = image.section(".symtab").contents
    if len(symtab) % elf.SYM_SIZE:
        raise BadAotFile("damaged .aot file: .symtab ends in the middle of a symbol")
    return {value: size for _, _, _, _, value, size in struct.iter_unpack(byte_order + elf.SYM, symtab)}
