"""The stable points that stand in native code: the numbers that it hands to `mvvm_stable_point`.

The code is disassembled, and from each call of that function the argument is followed backwards, through jumps
and the few instructions with which LLVM makes constants, which it shares between calls, keeps in registers and spills.
What a register may hold is a set: where LLVM merged the cold code of two points, one call hands over either number.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

import capstone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mvvm.aot.machines import Machine

    Numbers = frozenset[int]

_UNKNOWN: Numbers = frozenset()
# How far a place is followed: instructions, constants that are made from others, and what one may be.
_MOST_STEPS, _MOST_PARTS, _MOST_VALUES = 1000, 6, 64
_MASK = (1 << 64) - 1


class _Registers(NamedTuple):
    """What calls do to registers: the argument, what any call keeps, what that of the stable point changes."""

    argument: str
    kept: frozenset[str]
    changed: frozenset[str]  # see preserve_allcc in LLVM's reference


_REGISTERS = {
    "x86_64": _Registers(
        "rdi", frozenset(("rbx", "rbp", "r12", "r13", "r14", "r15")), changed=frozenset(("rax", "r11"))
    ),
    "aarch64": _Registers(
        "x0",
        frozenset(f"x{number}" for number in range(19, 30)),
        changed=frozenset(f"x{number}" for number in (*range(9), 16, 17, 18, 30)),
    ),
}
_NO_FALL_THROUGH = frozenset(("jmp", "ret", "ud2", "b", "br", "brk", "udf"))
_PADDING = frozenset(("nop", "int3"))
_CALLS = frozenset(("call", "bl", "blr"))
_READING = ("cmp", "test", "push", "cmn", "tst", "ccmp", "ccmn", "str", "stp", "stur", "cbz", "cbnz", "tbz", "tbnz")
_JUMPS = frozenset(("call", "b", "bl", "cbz", "cbnz", "tbz", "tbnz"))  # besides j.. and b...
_TARGET = re.compile(r"#?(0x[0-9a-f]+|[0-9]+)$")
_SPILLS = {
    "x86_64": re.compile(r"(?P<word>qword ptr \[rsp[^]]*\]), (?P<value>\w+)$"),
    "aarch64": re.compile(r"(?P<value>\w+), (?P<word>\[sp[^]]*\])$"),
}
_PAIR = re.compile(r"(\w+), (\w+), \[sp(?:, #(\w+))?\]$")
_X86_64_NARROW = {f"e{name}": f"r{name}" for name in ("ax", "bx", "cx", "dx", "si", "di", "bp", "sp")}
_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "orr": lambda a, b: a | b,
    "or": lambda a, b: a | b,
    "eor": lambda a, b: a ^ b,
    "and": lambda a, b: a & b,
}


def find_numbers(machine: Machine, code: bytes, stable_point: int) -> set[int]:
    """All numbers that `code` calls the function at offset `stable_point` with."""
    listing = _Listing(machine, code, stable_point)
    found: set[int] = set()
    for position in listing.calls():
        found |= listing.values(listing.registers.argument, position)
    return found


class _Listing:
    """Disassembled code, with the ways back from each instruction."""

    def __init__(self, machine: Machine, code: bytes, stable_point: int) -> None:
        decoder = capstone.Cs(*machine.capstone)
        decoder.skipdata = True
        rows = list(decoder.disasm_lite(code, 0))
        self.name = machine.name
        self.registers = _REGISTERS[machine.name]
        self.mnemonics = [mnemonic for _, _, mnemonic, _ in rows]
        self.operands = [operands for _, _, _, operands in rows]
        self._positions = {address: position for position, (address, _, _, _) in enumerate(rows)}
        self._stable_point = self._positions.get(stable_point)
        self._jumps: dict[int, list[int]] = {}  # to a position, from others
        self._through_tables: list[int] = []  # jumps
        self._known: dict[tuple[str, int], Numbers] = {}
        self._depth = 0
        for position, mnemonic in enumerate(self.mnemonics):
            if mnemonic[0] in "jbct" and mnemonic not in _CALLS:
                target = self._target(position)
                if target is not None:
                    self._jumps.setdefault(target, []).append(position)
                elif mnemonic in ("jmp", "br"):
                    self._through_tables.append(position)

    def calls(self) -> Iterator[int]:
        """The calls of the stable point's function."""
        return (i for i, mnemonic in enumerate(self.mnemonics) if mnemonic in _CALLS and self._is_stable_point(i))

    def values(self, place: str, position: int) -> Numbers:
        """What a register, or a word of the stack, may hold before an instruction."""
        key = place, position
        if key not in self._known:
            self._known[key] = _UNKNOWN  # where a loop leads back here
            self._depth += 1
            if self._depth <= _MOST_PARTS:
                found = self._find(place, position)
                self._known[key] = found if len(found) <= _MOST_VALUES else _UNKNOWN
            self._depth -= 1
        return self._known[key]

    def _find(self, place: str, position: int) -> Numbers:
        found: set[int] = set()
        seen: set[int] = set()
        pending = deque(self._before(position))
        while pending and len(seen) < _MOST_STEPS:
            at = pending.popleft()
            if at in seen:
                continue
            seen.add(at)
            written = self._spilled(place, at) if "[" in place else self._written(place, at)
            if written is None:
                pending += self._before(at)
            else:
                found |= written
        return frozenset(found)

    def _target(self, position: int) -> int | None:
        """Where an instruction jumps to or calls, if it does."""
        mnemonic = self.mnemonics[position]
        if mnemonic[0] == "j" or mnemonic in _JUMPS or mnemonic[:2] == "b.":
            match = _TARGET.search(self.operands[position])
            return self._positions.get(int(match[1], 0)) if match else None
        return None

    def _is_stable_point(self, call: int) -> bool:
        return self._stable_point is not None and self._target(call) == self._stable_point

    def _before(self, position: int) -> list[int]:
        """The instructions that control may come from."""
        before = list(self._jumps.get(position, ()))
        if position and self.mnemonics[position - 1] not in _NO_FALL_THROUGH:
            before.append(position - 1)
        if before or self.mnemonics[position] in _PADDING:
            return before
        return self._through_tables

    def _written(self, register: str, position: int) -> Numbers | None:
        """What an instruction makes of a register; None where it leaves it as it is."""
        mnemonic = self.mnemonics[position]
        if mnemonic in _CALLS:
            if self._is_stable_point(position):
                return _UNKNOWN if register in self.registers.changed else None
            return None if register in self.registers.kept else _UNKNOWN
        first, *others = self.operands[position].split(", ")
        if mnemonic.startswith("ldp") and _wide(others[0]) == register:
            return _UNKNOWN
        if _wide(first) != register:
            repeats = mnemonic.startswith("rep") and register in ("rsi", "rdi", "rcx")
            return _UNKNOWN if repeats else None
        return None if mnemonic in _READING else self._result(mnemonic, first, others, position)

    def _spilled(self, word: str, position: int) -> Numbers | None:
        """What an instruction stores in a word of the stack; None where it leaves it as it is."""
        mnemonic, operands = self.mnemonics[position], self.operands[position]
        if mnemonic == "stp":
            pair = _PAIR.match(operands)
            start = int(pair[3] or "0", 0) if pair else 0
            if pair and pair[1][0] == "x" and word in (_word(start), _word(start + 8)):
                return self.values(pair[1] if word == _word(start) else pair[2], position)
        elif mnemonic in ("str", "mov") and operands.count("[") == 1:
            match = _SPILLS[self.name].match(operands)
            if match and match["word"] == word:
                return self.values(_wide(match["value"]), position)
        return None

    def _result(self, mnemonic: str, first: str, others: list[str], position: int) -> Numbers:
        """What an instruction puts into its first operand."""
        shift = int(others.pop().removeprefix("lsl #")) if others and others[-1].startswith("lsl #") else 0
        if mnemonic in ("mov", "movabs"):
            values = self._operand(others[0], position)
        elif mnemonic == "ldr" and others[0].startswith("[sp"):
            values = self.values(", ".join(others), position)
        elif mnemonic == "xor" and others == [first]:
            values = frozenset((0,))
        elif mnemonic == "movk":
            part = self._operand(others[0], position)
            values = _each(lambda a, b: a & ~(0xFFFF << shift) | b << shift, self.values(_wide(first), position), part)
        elif mnemonic in _ARITHMETIC:
            left, right = others if len(others) == 2 else (first, others[0])
            shifted = frozenset(value << shift for value in self._operand(right, position))
            values = _each(_ARITHMETIC[mnemonic], self._operand(left, position), shifted)
        else:
            return _UNKNOWN
        mask = _MASK if _wide(first) == first else 0xFFFFFFFF
        return frozenset(value & mask for value in values)

    def _operand(self, text: str, position: int) -> Numbers:
        number = text.removeprefix("#")
        if number.lstrip("-")[:1].isdigit():
            return frozenset((int(number, 0) & _MASK,))
        if "[" in text:
            return self.values(text, position) if text.startswith("qword ptr [rsp") else _UNKNOWN
        return self.values(_wide(text), position)


def _each(operation: Callable[[int, int], int], left: Numbers, right: Numbers) -> Numbers:
    return frozenset(operation(a, b) for a in left for b in right)


def _word(offset: int) -> str:
    """A word of the stack, as capstone spells it for aarch64."""
    return f"[sp, #{offset:#x}]" if offset > 9 else f"[sp, #{offset}]" if offset else "[sp]"


def _wide(name: str) -> str:
    """The 64-bit register that a register is part of."""
    if name[:1] == "w":
        return "x" + name[1:]
    if name[:1] == "r" and name[-1:] == "d":
        return name[:-1]
    return _X86_64_NARROW.get(name, name)
