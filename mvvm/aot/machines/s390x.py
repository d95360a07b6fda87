"""s390x: z/Architecture, big-endian. Relocation types are those of the "s390x ELF ABI Supplement", section 4.4."""

from __future__ import annotations

import struct

import capstone

from mvvm.aot.machines.machine import GotRelocation, Machine, OutOfRange, relative32
from mvvm.errors import InternalError

_PC32 = 5
_PC32DBL = 19
_PLT32DBL = 20
_64 = 22
_GOTENT = 26

_WORD = struct.Struct(">i")
_LGRL, _LARL = (0xC4, 8), (0xC0, 0)  # first byte, low half of the second one


def _pc32dbl(code: bytearray, offset: int, place: int, value: int) -> None:
    """Relocate `larl`, `brasl` and their like: a distance in halfwords. The addend counts from the instruction."""
    distance = value - place
    if distance & 1:
        raise InternalError(f"a distance in halfwords to the odd address {value:#x}")
    if not -(1 << 32) <= distance < 1 << 32:
        raise OutOfRange("4 GiB")
    _WORD.pack_into(code, offset, distance >> 1)


def _lgrl_to_larl(code: bytearray, offset: int, place: int, value: int) -> None:
    """Turn `lgrl register, slot` into `larl register, symbol`: two bytes precede the field."""
    first, second = code[offset - 2], code[offset - 1]
    if (first, second & 15) != _LGRL:
        raise InternalError(f"cannot relax an instruction with opcode {first:02x}.{second & 15:x}: only lgrl is known")
    code[offset - 2], code[offset - 1] = _LARL[0], second & 0xF0 | _LARL[1]
    _pc32dbl(code, offset, place, value)


def _stub(address: int, slot: int) -> bytes:
    code = bytearray(b"\xc4\x18\0\0\0\0\x07\xf1")  # lgrl %r1, slot; br %r1
    _pc32dbl(code, 2, address + 2, slot + 2)
    return bytes(code)


def instruction_size(first_byte: int) -> int:
    """The size in bytes of an instruction, which its first two bits tell."""
    return (2, 4, 4, 6)[first_byte >> 6]


MACHINE = Machine(
    name="s390x",
    e_machine=22,
    byte_order=">",
    page_size=4096,
    padding=b"\x07\x07",  # nopr %r7, as LLVM has it
    stub_size=8,
    stub=_stub,
    direct={_PC32: relative32(">"), _PC32DBL: _pc32dbl, _PLT32DBL: _pc32dbl},
    got={_GOTENT: GotRelocation(_pc32dbl, _lgrl_to_larl)},
    absolute=_64,
    capstone=(capstone.CS_ARCH_SYSZ, capstone.CS_MODE_BIG_ENDIAN),
    instruction_size=instruction_size,
)
