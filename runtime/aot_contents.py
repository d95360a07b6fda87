"""An `.aot` file of any machine, read and not mapped."""

from __future__ import annotations

import struct

from mvvm.abi import elf, sections
from mvvm.errors import BadAotFile, IncompatibleAot
from mvvm.proto import wire
from mvvm.runtime import metadata
from mvvm.runtime.image import architectures, image_for
from mvvm.runtime.points import PointTable


class AotContents:
    """What is in an `.aot` file: `image` are its sections, `architectures` what it has code for, the rest metadata."""

    def __init__(self, contents: bytes, architecture: str | None = None) -> None:
        """Read what is for an architecture, or for the first one.

        Raises BadAotFile, and IncompatibleAot for a file of another format version or without that architecture.
        """
        self.file_size = len(contents)
        whole = elf.read(contents)
        self.architectures = architectures(whole)
        image = image_for(whole, architecture or whole.machine)
        if image is None:
            raise IncompatibleAot(f"the .aot file has no code for {architecture}: {', '.join(self.architectures)}")
        self.image = image
        self.target = metadata.Target(bytes(image.section(sections.TARGET).contents))
        metadata.check_format(self.target)
        self.wasm = whole.section(sections.WASM).contents
        self.info = metadata.read_module(bytes(image.section(sections.MODULE).contents), len(self.wasm))
        self.text = image.section(sections.TEXT)
        self.functions = metadata.Functions(
            bytes(image.section(sections.FUNCTIONS).contents), self.info, self.text.size
        )
        self.points = PointTable(bytes(image.section(sections.POINTS).contents))
        names = bytes(image.section(sections.NAMES).contents)
        self.names = metadata.read_names(names)
        self.module_name = wire.text(wire.fields(names), 1)
        self._sizes = _symbol_sizes(image)

    @property
    def local_functions(self) -> set[int]:
        """As of a Program."""
        return self.functions.local

    def code_size(self, offset: int) -> int:
        """The size of the function at an offset in .text. Raises BadAotFile."""
        size = self._sizes.get(self.text.address + offset)
        if size is None or offset + size > self.text.size:
            raise BadAotFile("damaged .aot file: a function of its table is not in .symtab")
        return size

    def code(self, offset: int) -> bytes:
        """The code of the function at an offset in .text. Raises BadAotFile."""
        return bytes(self.text.contents[offset : offset + self.code_size(offset)])


def _symbol_sizes(image: elf.ElfFile) -> dict[int, int]:
    """The sizes of functions, by their addresses."""
    symtab = image.section(".symtab").contents
    if len(symtab) % elf.SYM_SIZE:
        raise BadAotFile("damaged .aot file: .symtab ends in the middle of a symbol")
    return {value: size for _, _, _, _, value, size in struct.iter_unpack(image.byte_order + elf.SYM, symtab)}
