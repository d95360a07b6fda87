"""Call frame information: what it takes to get from a frame to the one that called it.

`.eh_frame` as LLVM writes it: Linux Standard Base, Core, 10.6; instructions are those of DWARF 5, section 6.4.2.
What else these allow is not understood, and nothing is believed: where no rules can be made out, there are none.
"""

from __future__ import annotations

import struct
from bisect import bisect_right

from mvvm.wasm.reader import signed, unsigned

_AUGMENTATION = b"zR\0"
_PCREL_SDATA4 = 0x1B

# DW_CFA_*. The first three have an operand in their low 6 bits.
_ADVANCE_LOC, _OFFSET, _RESTORE = 0x40, 0x80, 0xC0
_NOP, _ADVANCE_LOC1, _ADVANCE_LOC2, _ADVANCE_LOC4 = 0x00, 0x02, 0x03, 0x04
_OFFSET_EXTENDED, _RESTORE_EXTENDED, _SAME_VALUE = 0x05, 0x06, 0x08
_REMEMBER_STATE, _RESTORE_STATE = 0x0A, 0x0B
_DEF_CFA, _DEF_CFA_REGISTER, _DEF_CFA_OFFSET = 0x0C, 0x0D, 0x0E
_OFFSET_EXTENDED_SF, _DEF_CFA_SF, _DEF_CFA_OFFSET_SF = 0x11, 0x12, 0x13

# What follows each opcode: numbers of 1, 2 or 4 bytes, unsigned or signed LEB128.
_OPERANDS = {
    _ADVANCE_LOC: "",
    _OFFSET: "u",
    _RESTORE: "",
    _NOP: "",
    _ADVANCE_LOC1: "1",
    _ADVANCE_LOC2: "2",
    _ADVANCE_LOC4: "4",
    _OFFSET_EXTENDED: "uu",
    _RESTORE_EXTENDED: "u",
    _SAME_VALUE: "u",
    _REMEMBER_STATE: "",
    _RESTORE_STATE: "",
    _DEF_CFA: "uu",
    _DEF_CFA_REGISTER: "u",
    _DEF_CFA_OFFSET: "u",
    _OFFSET_EXTENDED_SF: "us",
    _DEF_CFA_SF: "us",
    _DEF_CFA_OFFSET_SF: "s",
}
_FORMATS = {"1": "=B", "2": "=H", "4": "=I"}


class Rules:
    """How a frame stands at an instruction. Registers have their DWARF numbers.

    The canonical frame address is `cfa_offset` bytes above what is in `cfa_register`. A register of the caller is at
    `saved[register]` bytes from there, or else in the register still. One of them, `return_address`, is where the
    caller goes on.
    """

    __slots__ = ("cfa_offset", "cfa_register", "return_address", "saved")

    def __init__(self, return_address: int) -> None:
        self.return_address = return_address
        self.cfa_register = -1
        self.cfa_offset = 0
        self.saved: dict[int, int] = {}


class CallFrames:
    """A section `.eh_frame`, loaded at `address`."""

    __slots__ = ("_address", "_data", "_entries")

    def __init__(self, data: bytes, address: int) -> None:
        self._data = data
        self._address = address
        self._entries = self._find_entries()

    def _find_entries(self) -> list[tuple[int, int, int]]:
        """The first address, the end, and the offset in the section, of each function's description (FDE)."""
        data = self._data
        entries = []
        at = 0
        while at + 8 <= len(data):
            length, cie_distance = struct.unpack_from("=II", data, at)
            end = at + 4 + length
            if length < 4 or end > len(data):
                break
            if cie_distance and length >= 12:
                start, size = struct.unpack_from("=iI", data, at + 8)
                start += self._address + at + 8
                entries.append((start, start + size, at))
            at = end
        return sorted(entries)

    def _find(self, pc: int) -> tuple[int, int] | None:
        """Where the function that an address is in begins, and its description."""
        position = bisect_right(self._entries, pc, key=lambda entry: entry[0]) - 1
        if position < 0:
            return None
        start, end, description = self._entries[position]
        return (start, description) if pc < end else None

    def function_start(self, pc: int) -> int | None:
        """Where the function that an address is in begins, if it is one of those described."""
        found = self._find(pc)
        return None if found is None else found[0]

    def rules(self, pc: int) -> Rules | None:
        """The rules that hold at an address, if they can be made out."""
        found = self._find(pc)
        if found is None:
            return None
        start, description = found
        try:
            return self._rules(description, pc - start)
        except (IndexError, KeyError, ValueError, struct.error):
            return None

    def _rules(self, fde: int, distance: int) -> Rules:
        data = self._data
        length, cie_distance = struct.unpack_from("=II", data, fde)
        cie = _Cie(data, fde + 4 - cie_distance)
        rules = Rules(cie.return_address)
        _execute(cie.instructions, cie, rules, {}, 0)
        size, at = unsigned(data, fde + 16)
        _execute(data[at + size : fde + 4 + length], cie, rules, dict(rules.saved), distance)
        return rules


class _Cie:
    """What descriptions have in common. Raises ValueError and others where it is damaged."""

    __slots__ = ("code_alignment", "data_alignment", "instructions", "return_address")

    def __init__(self, data: bytes, at: int) -> None:
        if at < 0:
            raise ValueError
        length, zero, version = struct.unpack_from("=IIB", data, at)
        end = at + 4 + length
        if zero or version != 1 or data[at + 9 : at + 12] != _AUGMENTATION:
            raise ValueError
        self.code_alignment, at = unsigned(data, at + 12)
        self.data_alignment, at = signed(data, at)
        self.return_address = data[at]
        size, at = unsigned(data, at + 1)
        if size != 1 or data[at] != _PCREL_SDATA4:
            raise ValueError
        self.instructions = data[at + 1 : end]


def _decode(code: bytes, at: int) -> tuple[int, list[int], int]:
    """The instruction at an offset: opcode, operands, the offset after it."""
    opcode = code[at]
    at += 1
    operands = []
    if opcode & 0xC0:
        operands.append(opcode & 0x3F)
        opcode &= 0xC0
    for kind in _OPERANDS[opcode]:
        if kind == "u":
            value, at = unsigned(code, at)
        elif kind == "s":
            value, at = signed(code, at)
        else:
            (value,) = struct.unpack_from(_FORMATS[kind], code, at)
            at += int(kind)
        operands.append(value)
    return opcode, operands, at


def _execute(code: bytes, cie: _Cie, rules: Rules, initial: dict[int, int], distance: int) -> None:
    """Execute instructions up to those that hold `distance` bytes into the function."""
    remembered = []
    location = at = 0
    while at < len(code):
        opcode, operands, at = _decode(code, at)
        if opcode in (_ADVANCE_LOC, _ADVANCE_LOC1, _ADVANCE_LOC2, _ADVANCE_LOC4):
            location += operands[0] * cie.code_alignment
            if location > distance:
                return
        elif opcode in (_OFFSET, _OFFSET_EXTENDED, _OFFSET_EXTENDED_SF):
            rules.saved[operands[0]] = operands[1] * cie.data_alignment
        elif opcode in (_RESTORE, _RESTORE_EXTENDED, _SAME_VALUE):
            rules.saved.pop(operands[0], None)
            if opcode != _SAME_VALUE and operands[0] in initial:
                rules.saved[operands[0]] = initial[operands[0]]
        elif opcode == _REMEMBER_STATE:
            remembered.append((rules.cfa_register, rules.cfa_offset, dict(rules.saved)))
        elif opcode == _RESTORE_STATE:
            rules.cfa_register, rules.cfa_offset, rules.saved = remembered.pop()
        elif opcode != _NOP:
            _define_cfa(opcode, operands, cie, rules)


def _define_cfa(opcode: int, operands: list[int], cie: _Cie, rules: Rules) -> None:
    if opcode in (_DEF_CFA, _DEF_CFA_SF, _DEF_CFA_REGISTER):
        rules.cfa_register = operands[0]
    if opcode in (_DEF_CFA, _DEF_CFA_OFFSET):
        rules.cfa_offset = operands[-1]
    elif opcode in (_DEF_CFA_SF, _DEF_CFA_OFFSET_SF):
        rules.cfa_offset = operands[-1] * cie.data_alignment
