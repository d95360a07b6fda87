"""x86-64. Relocation types are those of the System V psABI, table 4.9."""

from __future__ import annotations

import capstone

from mvvm.aot.machines.machine import GotRelocation, Machine, relative32
from mvvm.errors import InternalError

_64 = 1
_PC32 = 2
_PLT32 = 4
_GOTPCREL = 9
_GOTPCRELX = 41
_REX_GOTPCRELX = 42

_MOV_LOAD = 0x8B
_LEA = 0x8D

_pc32 = relative32("<")


def _mov_to_lea(code: bytearray, offset: int, place: int, value: int) -> None:
    """Turn `mov slot(%rip), %reg` into `lea symbol(%rip), %reg`: opcode and ModRM byte precede the field."""
    if code[offset - 2] != _MOV_LOAD:
        raise InternalError(f"cannot relax an instruction with opcode {code[offset - 2]:#x}: only mov is known")
    code[offset - 2] = _LEA
    _pc32(code, offset, place, value)


def _stub(address: int, slot: int) -> bytes:
    code = bytearray(b"\xff\x25\0\0\0\0\xcc\xcc")  # jmp *slot(%rip), which counts from its own end
    _pc32(code, 2, address + 2, slot - 4)
    return bytes(code)


_GOT = GotRelocation(_pc32, _mov_to_lea)

MACHINE = Machine(
    name="x86_64",
    e_machine=62,
    byte_order="<",
    page_size=4096,
    padding=b"\xcc",  # int3
    stub_size=8,
    stub=_stub,
    direct={_PC32: _pc32, _PLT32: _pc32},
    got=dict.fromkeys((_GOTPCREL, _GOTPCRELX, _REX_GOTPCRELX), _GOT),
    absolute=_64,
    capstone=(capstone.CS_ARCH_X86, capstone.CS_MODE_64),
)
