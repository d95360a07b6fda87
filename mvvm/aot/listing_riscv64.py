"""Constants in code for RISC-V. Compressed instructions have the names of others, with `c.` before them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvvm.aot.listing import MASK, UNKNOWN, Listing, constant, each

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.aot.listing import Numbers

_KEPT = frozenset(("sp", *(f"s{number}" for number in range(12))))
_STORES = frozenset(("sb", "sh", "sw", "sd", "swsp", "sdsp"))
_TARGET = re.compile(r"-?(0x[0-9a-f]+|\d+)$")
_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "and": lambda a, b: a & b,
    "sll": lambda a, b: a << (b & 63),
    "srl": lambda a, b: a >> (b & 63),
    "addw": lambda a, b: _word(a + b),
    "subw": lambda a, b: _word(a - b),
    "sllw": lambda a, b: _word(a << (b & 31)),
}
# Those with an immediate in place of the last register: add -> addi, addw -> addiw.
_IMMEDIATES = {name.replace("w", "") + "i" + ("w" if name[-1] == "w" else ""): name for name in _OPERATIONS}


class RiscV64(Listing):
    """Code for RISC-V. The context has no register of its own here: it is the first argument."""

    argument = "a1"
    call = frozenset(("jalr", "c.jalr"))
    end = frozenset(("j", "c.j", "jr", "c.jr", "ret", "ebreak", "c.ebreak", "unimp", "c.unimp"))
    through_table = frozenset(("jr", "c.jr"))
    back = "ra"
    padding = frozenset(("c.nop", "nop", ".byte"))

    @staticmethod
    def may_jump(mnemonic: str) -> bool:
        """See Listing."""
        return mnemonic.removeprefix("c.")[0] in "bj"

    @staticmethod
    def is_word(place: str) -> bool:
        """See Listing."""
        return place.endswith("(sp)")

    def target(self, position: int) -> int:
        """Jumps have distances from themselves; calls are an `auipc` and a `jalr`."""
        mnemonic, operands = self.mnemonics[position], self.operands[position]
        if mnemonic == "jalr":
            before = self.operands[position - 1].split(", ")
            if position and self.mnemonics[position - 1] == "auipc" and before[0] == "ra" and operands[:2] == "ra":
                low = constant(operands.split(", ")[-1]) or 0
                return self.addresses[position - 1] + _upper(int(before[1], 0)) + low
            return -1
        match = None if mnemonic in self.through_table else _TARGET.search(operands)
        return self.addresses[position] + int(match[0], 0) if match else -1

    def written(self, register: str, position: int) -> Numbers | str | None:
        """See Listing."""
        mnemonic = self.mnemonics[position]
        if mnemonic in self.call:
            return None if register in _KEPT else UNKNOWN
        first, *others = self.operands[position].split(", ")
        name = mnemonic.removeprefix("c.")
        if first != register or name in _STORES or name[0] in "bj":
            return None
        if name == "mv" or (name in ("ld", "ldsp") and self.is_word(others[0])):
            return others[0]
        return frozenset(value & MASK for value in self._result(name, first, others, position))

    def _result(self, name: str, first: str, others: list[str], position: int) -> Numbers:
        """What an instruction puts into its first operand."""
        if name == "li":
            return self._operand(others[0], position)
        if name == "lui":
            return frozenset((_upper(int(others[0], 0)),))
        if name == "sext.w":
            return each(lambda a, _: _word(a), self._operand(others[0], position), frozenset((0,)))
        operation = _OPERATIONS.get(_IMMEDIATES.get(name, name))
        if operation is None:
            return UNKNOWN
        left, right = others if len(others) == 2 else (first, others[0])
        return each(operation, self._operand(left, position), self._operand(right, position))

    def _operand(self, text: str, position: int) -> Numbers:
        if text == "zero":
            return frozenset((0,))
        value = constant(text)
        return self.values(text, position) if value is None else frozenset((value & MASK,))

    def spilled(self, word: str, position: int) -> Numbers | str | None:
        """See Listing."""
        first, *others = self.operands[position].split(", ")
        name = self.mnemonics[position].removeprefix("c.")
        if others != [word] or name not in _STORES:
            return None
        return first if name in ("sd", "sdsp") else UNKNOWN


def _word(value: int) -> int:
    """The low 32 bits, as a signed number."""
    return (value + 0x80000000) % 0x1_0000_0000 - 0x80000000


def _upper(immediate: int) -> int:
    """What `lui` makes of its immediate, the upper 20 bits of a word."""
    return _word(immediate << 12)
