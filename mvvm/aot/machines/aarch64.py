"""AArch64. Relocation types are those of "ELF for the Arm 64-bit Architecture", section 5.7."""

from __future__ import annotations

import struct

import capstone

from mvvm.aot.machines.machine import GotRelocation, Machine, OutOfRange, Patch, relative32
from mvvm.errors import InternalError

_ABS64 = 257
_PREL32 = 261
_ADR_PREL_PG_HI21 = 275
_ADD_ABS_LO12_NC = 277
_LDST8_ABS_LO12_NC = 278
_JUMP26 = 282
_CALL26 = 283
_LDST16_ABS_LO12_NC = 284
_LDST32_ABS_LO12_NC = 285
_LDST64_ABS_LO12_NC = 286
_LDST128_ABS_LO12_NC = 299
_ADR_GOT_PAGE = 311
_LD64_GOT_LO12_NC = 312

_INSTRUCTION = struct.Struct("<I")


def _branch26(code: bytearray, offset: int, place: int, value: int) -> None:
    """Relocate `b` and `bl`: a distance in words."""
    distance = value - place
    if not -(1 << 27) <= distance < 1 << 27:
        raise OutOfRange("128 MiB")
    (instruction,) = _INSTRUCTION.unpack_from(code, offset)
    _INSTRUCTION.pack_into(code, offset, instruction & 0xFC000000 | distance >> 2 & 0x03FFFFFF)


def _adrp(code: bytearray, offset: int, place: int, value: int) -> None:
    """Relocate `adrp`: a distance in pages of 4 KiB, low 2 bits from bit 29, high 19 bits from bit 5."""
    pages = (value >> 12) - (place >> 12)
    if not -(1 << 20) <= pages < 1 << 20:
        raise OutOfRange("4 GiB")
    (instruction,) = _INSTRUCTION.unpack_from(code, offset)
    immediate = (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5
    _INSTRUCTION.pack_into(code, offset, instruction & 0x9F00001F | immediate)


def _low12(scale: int) -> Patch:
    """The relocation of `add` (scale 0) or of a load or store of `1 << scale` bytes: the address in its page."""
    misaligned = (1 << scale) - 1

    def patch(code: bytearray, offset: int, place: int, value: int) -> None:
        if value & misaligned:
            raise InternalError(f"an access of {1 << scale} bytes to the misaligned address {value:#x}")
        (instruction,) = _INSTRUCTION.unpack_from(code, offset)
        immediate = (value & 0xFFF) >> scale << 10
        _INSTRUCTION.pack_into(code, offset, instruction & 0xFFC003FF | immediate)

    return patch


_add_low12 = _low12(0)
_access64_low12 = _low12(3)


def _ldr_to_add(code: bytearray, offset: int, place: int, value: int) -> None:
    """Turn `ldr xt, [xn, slot]` into `add xt, xn, symbol`."""
    (instruction,) = _INSTRUCTION.unpack_from(code, offset)
    _INSTRUCTION.pack_into(code, offset, 0x91000000 | instruction & 0x3FF)
    _add_low12(code, offset, place, value)


def _stub(address: int, slot: int) -> bytes:
    code = bytearray(struct.pack("<3I", 0x90000010, 0xF9400210, 0xD61F0200))  # adrp x16; ldr x16, [x16]; br x16
    _adrp(code, 0, address, slot)
    _access64_low12(code, 4, address + 4, slot)
    return bytes(code)


MACHINE = Machine(
    name="aarch64",
    e_machine=183,
    byte_order="<",
    page_size=65536,
    padding=_INSTRUCTION.pack(0xD503201F),  # nop
    stub_size=12,
    stub=_stub,
    direct={
        _PREL32: relative32("<"),
        _ADR_PREL_PG_HI21: _adrp,
        _ADD_ABS_LO12_NC: _add_low12,
        _LDST8_ABS_LO12_NC: _low12(0),
        _LDST16_ABS_LO12_NC: _low12(1),
        _LDST32_ABS_LO12_NC: _low12(2),
        _LDST64_ABS_LO12_NC: _access64_low12,
        _LDST128_ABS_LO12_NC: _low12(4),
        _JUMP26: _branch26,
        _CALL26: _branch26,
    },
    got={
        _ADR_GOT_PAGE: GotRelocation(_adrp, _adrp),
        _LD64_GOT_LO12_NC: GotRelocation(_access64_low12, _ldr_to_add),
    },
    absolute=_ABS64,
    capstone=(capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM),
)
