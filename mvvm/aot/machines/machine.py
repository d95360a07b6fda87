"""What the linker, the ELF writer and the disassembler have to know of an instruction set."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

# (section, offset in it of the field, address of the field, value): writes the relocated field. In the words
# of the ELF specification: P is the address of the field, and the value is S + A.
Patch = Callable[[bytearray, int, int, int], None]


class OutOfRange(Exception):
    """The value does not fit into the field; the argument says how far the field reaches."""


class GotRelocation(NamedTuple):
    """A relocation of an instruction that uses the global offset table.

    `through_slot` relocates it to the slot of an import, which is the value it gets. For a symbol of our own
    there is no slot: `relaxed` turns the instruction into one that forms the symbol's address itself.
    """

    through_slot: Patch
    relaxed: Patch


@dataclass(frozen=True, slots=True)
class Machine:
    """An instruction set with its ELF psABI.

    `byte_order` is the prefix of `struct` formats, `page_size` (bytes) the largest that its kernels use.
    Code is padded with `padding`. `stub` gives the code at an address (first argument) that jumps through a
    slot of the global offset table (second); it is `stub_size` bytes. The keys of `direct` and `got` and
    `absolute`, the one for the address itself as a 64-bit word, are relocation types of the psABI.
    `capstone` is capstone's architecture and mode, `e_flags` what an ELF header says of the instruction set.

    Relocations of the low part of a distance are the keys of `low` where their symbol is not the place that is meant,
    but the label of the instruction that has the high part: what that is relocated to counts for them, and its address
    for P. `relaxed` is for one whose other half is `got`'s `relaxed`. `instruction_size` tells the size of an
    instruction by its first byte, for those that capstone does not know.
    """

    name: str
    e_machine: int
    byte_order: str
    page_size: int
    padding: bytes
    stub_size: int
    stub: Callable[[int, int], bytes]
    direct: Mapping[int, Patch]
    got: Mapping[int, GotRelocation]
    absolute: int
    capstone: tuple[int, int]
    low: Mapping[int, GotRelocation] = field(default_factory=dict)
    e_flags: int = 0
    instruction_size: Callable[[int], int] | None = None


def relative32(byte_order: str) -> Patch:
    """The relocation of a signed 32-bit word to S + A - P."""
    word = struct.Struct(byte_order + "i")

    def patch(code: bytearray, offset: int, place: int, value: int) -> None:
        distance = value - place
        if not -(1 << 31) <= distance < 1 << 31:
            raise OutOfRange("2 GiB")
        word.pack_into(code, offset, distance)

    return patch
