"""RISC-V, 64 bits. Relocation types are those of the "RISC-V ELF psABI", 8.4; objects are made without relaxation."""

from __future__ import annotations

import struct

import capstone

from mvvm.aot.machines.machine import GotRelocation, Machine, OutOfRange, relative32
from mvvm.errors import InternalError

_64 = 2
_CALL_PLT = 19
_GOT_HI20 = 20
_PCREL_HI20 = 23
_PCREL_LO12_I = 24
_PCREL_LO12_S = 25
_ADD32 = 35
_SUB32 = 39
_32_PCREL = 57

_INSTRUCTION = struct.Struct("<I")
_EF_RVC, _EF_FLOAT_ABI_DOUBLE = 1, 4
_LD, _LD_MASK = 0x00003003, 0x0000707F  # funct3 and opcode
_ADDI = 0x00000013


def _high20(code: bytearray, offset: int, place: int, value: int) -> None:
    """Relocate `auipc`: the distance but for its low 12 bits, which are signed where they are added."""
    distance = value - place
    if not -(1 << 31) - 0x800 <= distance < (1 << 31) - 0x800:
        raise OutOfRange("2 GiB")
    (instruction,) = _INSTRUCTION.unpack_from(code, offset)
    _INSTRUCTION.pack_into(code, offset, instruction & 0xFFF | (distance + 0x800) & 0xFFFFF000)


def _low12_i(code: bytearray, offset: int, place: int, value: int) -> None:
    """Relocate an instruction of type I (`addi`, loads, `jalr`): the low 12 bits of a distance."""
    (instruction,) = _INSTRUCTION.unpack_from(code, offset)
    _INSTRUCTION.pack_into(code, offset, instruction & 0xFFFFF | (value - place & 0xFFF) << 20)


def _low12_s(code: bytearray, offset: int, place: int, value: int) -> None:
    """Relocate an instruction of type S (stores)."""
    (instruction,) = _INSTRUCTION.unpack_from(code, offset)
    low = value - place & 0xFFF
    _INSTRUCTION.pack_into(code, offset, instruction & 0x01FFF07F | low >> 5 << 25 | (low & 31) << 7)


def _ld_to_addi(code: bytearray, offset: int, place: int, value: int) -> None:
    """Turn `ld xd, low(xs)`, of a slot, into `addi xd, xs, low`."""
    (instruction,) = _INSTRUCTION.unpack_from(code, offset)
    if instruction & _LD_MASK != _LD:
        raise InternalError(f"cannot relax the instruction {instruction:#010x}: only ld is known")
    _INSTRUCTION.pack_into(code, offset, instruction & ~_LD_MASK | _ADDI)
    _low12_i(code, offset, place, value)


def _slot_low12_s(code: bytearray, offset: int, place: int, value: int) -> None:
    raise InternalError("a store into the global offset table")


def _call(code: bytearray, offset: int, place: int, value: int) -> None:
    """Relocate a pair of `auipc` and `jalr`."""
    _high20(code, offset, place, value)
    _low12_i(code, offset + 4, place, value)


def _add32(code: bytearray, offset: int, place: int, value: int) -> None:
    """One half of a difference of two addresses."""
    (word,) = _INSTRUCTION.unpack_from(code, offset)
    _INSTRUCTION.pack_into(code, offset, word + value & 0xFFFFFFFF)


def _sub32(code: bytearray, offset: int, place: int, value: int) -> None:
    _add32(code, offset, place, -value)


def _stub(address: int, slot: int) -> bytes:
    code = bytearray(struct.pack("<3I", 0x00000E17, 0x000E3E03, 0x000E0067))  # auipc t3; ld t3, (t3); jr t3
    _high20(code, 0, address, slot)
    _low12_i(code, 4, address, slot)
    return bytes(code)


MACHINE = Machine(
    name="riscv64",
    e_machine=243,
    byte_order="<",
    page_size=4096,
    padding=b"\x01\x00",  # c.nop
    stub_size=12,
    stub=_stub,
    direct={
        _CALL_PLT: _call,
        _PCREL_HI20: _high20,
        _ADD32: _add32,
        _SUB32: _sub32,
        _32_PCREL: relative32("<"),
    },
    got={_GOT_HI20: GotRelocation(_high20, _high20)},
    low={
        _PCREL_LO12_I: GotRelocation(_low12_i, _ld_to_addi),
        _PCREL_LO12_S: GotRelocation(_low12_s, _slot_low12_s),
    },
    absolute=_64,
    capstone=(capstone.CS_ARCH_RISCV, capstone.CS_MODE_RISCV64 | capstone.CS_MODE_RISCVC),
    e_flags=_EF_RVC | _EF_FLOAT_ABI_DOUBLE,
)
