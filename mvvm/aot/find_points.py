"""The stable points that stand in native code: the numbers that it hands to `mvvm_stable_point`.

The code is disassembled, and from each call of that function the argument is followed backwards, through jumps
and the few instructions with which LLVM makes constants, which it shares between calls, keeps in registers and spills.
Here is what that takes on x86-64 and AArch64.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from mvvm.aot.listing import MASK, UNKNOWN, Listing, each
from mvvm.aot.listing_riscv64 import RiscV64
from mvvm.aot.listing_s390x import S390X

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.aot.machines import Machine

    Numbers = frozenset[int]

_READING = ("cmp", "test", "push", "cmn", "tst", "ccmp", "ccmn", "str", "stp", "stur", "cbz", "cbnz", "tbz", "tbnz")
_JUMPS = frozenset(("call", "b", "bl", "cbz", "cbnz", "tbz", "tbnz"))  # besides j.. and b...
_TARGET = re.compile(r"#?(0x[0-9a-f]+|[0-9]+)$")
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


class _X86Arm(Listing):
    """What the two have in common.

    Of registers, `kept` are those that any call keeps, `changed` those that the stable point's changes (see
    preserve_allcc in LLVM's reference).
    """

    call = frozenset(("call", "bl", "blr"))
    end = frozenset(("jmp", "ret", "ud2", "b", "br", "brk", "udf"))
    through_table = frozenset(("jmp", "br"))
    back = ""
    padding = frozenset(("nop", "int3"))
    kept: ClassVar[frozenset[str]]
    changed: ClassVar[frozenset[str]]
    spill: ClassVar[re.Pattern[str]]

    @staticmethod
    def may_jump(mnemonic: str) -> bool:
        return mnemonic[0] in "jbct"

    @staticmethod
    def is_word(place: str) -> bool:
        return "[" in place

    def target(self, position: int) -> int:
        mnemonic = self.mnemonics[position]
        if mnemonic[0] == "j" or mnemonic in _JUMPS or mnemonic[:2] == "b.":
            match = _TARGET.search(self.operands[position])
            return int(match[1], 0) if match else -1
        return -1

    def written(self, register: str, position: int) -> Numbers | None:
        mnemonic = self.mnemonics[position]
        if mnemonic in self.call:
            if self.is_stable_point(position):
                return UNKNOWN if register in self.changed else None
            return None if register in self.kept else UNKNOWN
        first, *others = self.operands[position].split(", ")
        if mnemonic.startswith("ldp") and _wide(others[0]) == register:
            return UNKNOWN
        if _wide(first) != register:
            repeats = mnemonic.startswith("rep") and register in ("rsi", "rdi", "rcx")
            return UNKNOWN if repeats else None
        return None if mnemonic in _READING else self._result(mnemonic, first, others, position)

    def spilled(self, word: str, position: int) -> Numbers | None:
        mnemonic, operands = self.mnemonics[position], self.operands[position]
        if mnemonic == "stp":
            pair = _PAIR.match(operands)
            start = int(pair[3] or "0", 0) if pair else 0
            if pair and pair[1][0] == "x" and word in (_word(start), _word(start + 8)):
                return self.values(pair[1] if word == _word(start) else pair[2], position)
        elif mnemonic in ("str", "mov") and operands.count("[") == 1:
            match = self.spill.match(operands)
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
            values = each(lambda a, b: a & ~(0xFFFF << shift) | b << shift, self.values(_wide(first), position), part)
        elif mnemonic in _ARITHMETIC:
            left, right = others if len(others) == 2 else (first, others[0])
            shifted = frozenset(value << shift for value in self._operand(right, position))
            values = each(_ARITHMETIC[mnemonic], self._operand(left, position), shifted)
        else:
            return UNKNOWN
        mask = MASK if _wide(first) == first else 0xFFFFFFFF
        return frozenset(value & mask for value in values)

    def _operand(self, text: str, position: int) -> Numbers:
        number = text.removeprefix("#")
        if number.lstrip("-")[:1].isdigit():
            return frozenset((int(number, 0) & MASK,))
        if "[" in text:
            return self.values(text, position) if text.startswith("qword ptr [rsp") else UNKNOWN
        return self.values(_wide(text), position)


class _X86(_X86Arm):
    argument = "rdi"
    kept = frozenset(("rbx", "rbp", "r12", "r13", "r14", "r15"))
    changed = frozenset(("rax", "r11"))
    spill = re.compile(r"(?P<word>qword ptr \[rsp[^]]*\]), (?P<value>\w+)$")


class _Arm(_X86Arm):
    argument = "x0"
    kept = frozenset(f"x{number}" for number in range(19, 30))
    changed = frozenset(f"x{number}" for number in (*range(9), 16, 17, 18, 30))
    spill = re.compile(r"(?P<value>\w+), (?P<word>\[sp[^]]*\])$")


_LISTINGS: dict[str, type[Listing]] = {"x86_64": _X86, "aarch64": _Arm, "s390x": S390X, "riscv64": RiscV64}


def find_numbers(machine: Machine, code: bytes, stable_point: int) -> set[int]:
    """All numbers that `code` calls the function at offset `stable_point` with."""
    return _LISTINGS[machine.name](machine, code, stable_point).numbers()


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
