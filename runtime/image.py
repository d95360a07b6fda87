"""Files for several architectures: an `.aot` file with others in it, one for each further architecture."""

from __future__ import annotations

from mvvm.abi import elf, sections
from mvvm.errors import BadAotFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.abi.elf import ElfFile


def image_for(whole: ElfFile, architecture: str) -> ElfFile | None:
    """The file for an architecture: `whole` itself, or one that is in it. Raises BadAotFile."""
    if whole.machine == architecture:
        return whole
    section = whole.sections.get(sections.IMAGE + architecture)
    if section is None:
        return None
    if section.offset % sections.IMAGE_ALIGNMENT:
        raise BadAotFile(f"damaged .aot file: its code for {architecture} is not aligned")
    image = elf.read(section.contents, section.offset)
    if image.machine != architecture:
        raise BadAotFile(f"damaged .aot file: what it has for {architecture} is for {image.machine}")
    return image


def architectures(whole: ElfFile) -> list[str]:
    """What a file has code for, its own architecture first."""
    prefix = sections.IMAGE
    return [whole.machine, *(name.removeprefix(prefix) for name in whole.sections if name.startswith(prefix))]
