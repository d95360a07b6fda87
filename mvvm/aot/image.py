"""What the linker makes: code and constants with all addresses in place, ready to be written."""

from __future__ import annotations

from dataclasses import dataclass

from mvvm.abi.sections import DATA, GOT
from mvvm.aot.layout import Placement


@dataclass(frozen=True, slots=True)
class Symbol:
    """A function or a piece of data: its `section` (a name of mvvm.abi.sections), `offset` in it and `size`, bytes."""

    name: str
    section: str
    offset: int
    size: int
    is_function: bool


@dataclass(frozen=True, slots=True)
class Image:
    """Linked code.

    `rodata`, `eh_frame` and `text` are right only at the places that `layout`, by section name, gives them: relative
    to each other, so the whole may be loaded anywhere. `symbols` has what the objects define for each other;
    `local_functions` what is an object's own, where names may repeat, and the stubs of imports. `imports` are the
    functions to be found at run time, in the order of the slots of the global offset table.
    """

    layout: dict[str, Placement]
    rodata: bytes
    eh_frame: bytes
    text: bytes
    symbols: dict[str, Symbol]
    local_functions: list[Symbol]
    imports: list[str]

    @property
    def got_size(self) -> int:
        """The size of the global offset table in bytes."""
        return self.layout[GOT].size

    @property
    def data_size(self) -> int:
        """The size in bytes of the zeros that code writes to."""
        return self.layout[DATA].size
