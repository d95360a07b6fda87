"""Disassembled code in which constants are followed backwards: the part of it that all instruction sets have in common.

What a register, or a word of the stack, may hold is a set of numbers: where LLVM merged the cold code of two points,
one call hands over either number. The empty set stands for what is not known.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections import deque
from typing import TYPE_CHECKING, ClassVar

from mvvm.aot.disassemble import decoder_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mvvm.aot.machines import Machine

    Numbers = frozenset[int]

UNKNOWN: Numbers = frozenset()
MASK = (1 << 64) - 1
_NUMBER = re.compile(r"-?(0x[0-9a-f]+|[0-9]+)")
# How far a place is followed: instructions, constants that are made from others, and what one may be.
_MOST_STEPS, _MOST_PARTS, _MOST_VALUES = 1000, 6, 64


class Listing(ABC):
    """Disassembled code, with the ways back from each instruction. Instructions are known by their positions.

    `argument` is the register that the number of a stable point is in. Of mnemonics, `call` are those that call a
    function, `end` those behind which control never goes on, `through_table` those that jump to an address in a
    register, which is `back` when they return, `padding` those that may stand where control never gets to.
    """

    argument: ClassVar[str]
    call: ClassVar[frozenset[str]]
    end: ClassVar[frozenset[str]]
    through_table: ClassVar[frozenset[str]]
    back: ClassVar[str]
    padding: ClassVar[frozenset[str]]

    def __init__(self, machine: Machine, code: bytes, stable_point: int) -> None:
        rows = list(decoder_for(machine).disasm_lite(code, 0))
        self.addresses: list[int] = [address for address, _, _, _ in rows]
        self.mnemonics: list[str] = [mnemonic for _, _, mnemonic, _ in rows]
        self.operands: list[str] = [operands for _, _, _, operands in rows]
        self._positions = {address: position for position, address in enumerate(self.addresses)}
        self._stable_point = stable_point
        self._jumps: dict[int, list[int]] = {}  # to a position, from others
        self._through_tables: list[int] = []  # jumps
        self._called: list[int] = []  # functions that are called by their address, ascending
        self._known: dict[tuple[str, int], Numbers] = {}
        self._depth = 0
        jumps = {mnemonic for mnemonic in set(self.mnemonics) if mnemonic not in self.call and self.may_jump(mnemonic)}
        for position, mnemonic in enumerate(self.mnemonics):
            if mnemonic in jumps:
                target = self._positions.get(self.target(position))
                if target is not None:
                    self._jumps.setdefault(target, []).append(position)
                elif mnemonic in self.through_table and self.operands[position] != self.back:
                    self._through_tables.append(position)
        called = {self.target(position) for position, mnemonic in enumerate(self.mnemonics) if mnemonic in self.call}
        self._called = sorted(self._positions[address] for address in called if address in self._positions)

    @staticmethod
    @abstractmethod
    def may_jump(mnemonic: str) -> bool:
        """Whether a mnemonic may be of a jump."""

    @abstractmethod
    def target(self, position: int) -> int:
        """The address that a jump or a call goes to; -1 if it does not say so."""

    @abstractmethod
    def written(self, register: str, position: int) -> Numbers | str | None:
        """What an instruction makes of a register: numbers, or what another place holds before it.

        None where it leaves the register as it is.
        """

    @abstractmethod
    def spilled(self, word: str, position: int) -> Numbers | str | None:
        """What an instruction stores in a word of the stack, likewise."""

    @staticmethod
    @abstractmethod
    def is_word(place: str) -> bool:
        """Whether a place is a word of the stack, and no register."""

    def numbers(self) -> set[int]:
        """All numbers that the stable point's function is called with."""
        found: set[int] = set()
        for position in self._calls():
            found |= self.values(self.argument, position)
        return found

    def _calls(self) -> Iterator[int]:
        return (i for i, mnemonic in enumerate(self.mnemonics) if mnemonic in self.call and self.is_stable_point(i))

    def is_stable_point(self, call: int) -> bool:
        """Whether a call is of the stable point's function."""
        return self.target(call) == self._stable_point

    def values(self, place: str, position: int) -> Numbers:
        """What a register, or a word of the stack, may hold before an instruction."""
        key = place, position
        if key not in self._known:
            self._known[key] = UNKNOWN  # where a loop leads back here
            self._depth += 1
            if self._depth <= _MOST_PARTS:
                found = self._find(place, position)
                self._known[key] = found if len(found) <= _MOST_VALUES else UNKNOWN
            self._depth -= 1
        return self._known[key]

    def _find(self, place: str, position: int) -> Numbers:
        found: set[int] = set()
        seen: set[tuple[str, int]] = set()
        pending = deque((place, at) for at in self._before(position))
        while pending and len(seen) < _MOST_STEPS:
            step = pending.popleft()
            if step in seen:
                continue
            seen.add(step)
            place, at = step
            written = self.spilled(place, at) if self.is_word(place) else self.written(place, at)
            if written is None or isinstance(written, str):
                pending += [(written or place, before) for before in self._before(at)]
            else:
                found |= written
        return frozenset(found)

    def _before(self, position: int) -> list[int]:
        """The instructions that control may come from."""
        before = list(self._jumps.get(position, ()))
        if position and self.mnemonics[position - 1] not in self.end:
            before.append(position - 1)
        if before or self.mnemonics[position] in self.padding:
            return before
        # A function's first instruction, or one that jumps through a table of the function lead to.
        function = bisect_right(self._called, position)
        start = self._called[function - 1] if function else 0
        if position == start:
            return []
        end = self._called[function] if function < len(self._called) else len(self.mnemonics)
        return self._through_tables[bisect_left(self._through_tables, start) : bisect_left(self._through_tables, end)]


def each(operation: Callable[[int, int], int], left: Numbers, right: Numbers) -> Numbers:
    """What an operation makes of any two words of 64 bits."""
    return frozenset(operation(a, b) & MASK for a in left for b in right)


def constant(text: str) -> int | None:
    """A number as capstone writes it, negative or not; None for anything else."""
    return int(text, 0) if _NUMBER.fullmatch(text) else None
