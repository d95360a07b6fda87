"""Constants in code for s390x. The name of an instruction says which part of a register it is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvvm.aot.listing import MASK, UNKNOWN, Listing, constant, each

if TYPE_CHECKING:
    from mvvm.aot.listing import Numbers

_KEPT = frozenset([f"%r{number}" for number in (*range(6, 14), 15)])
_TARGET = re.compile(r"0x[0-9a-f]+$")
_CONVERSION = re.compile(r"cl?[fg][edx]br")
# Where the immediate of an instruction is put: halfwords and words, from the high end.
_SHIFTS = {"hh": 48, "hl": 32, "lh": 16, "ll": 0, "hf": 32, "lf": 0}
_ADDITIONS = ("aghi", "agfi", "algfi", "aghik")
_ADDRESS = re.compile(r"(-?\w+)\((%r\d+)\)$")  # without an index
_SAVED = re.compile(r"%r(\d+), %r(\d+), (-?\w+)\(%r15\)$")
# Instructions whose first operand is the even one of a pair of registers, and of which they write both.
_PAIRS = frozenset(("dlgr", "dlg", "dsgr", "dsg", "dsgfr", "dsgf", "dlr", "dl", "mlgr", "mlg", "flogr"))


class S390X(Listing):
    """Code for s390x."""

    argument = "%r2"
    call = frozenset(("brasl", "basr"))
    end = frozenset(("j", "jg", "br"))
    through_table = frozenset(("br",))
    back = "%r14"
    padding = frozenset(("bcr", "nopr", ".byte"))

    @staticmethod
    def may_jump(mnemonic: str) -> bool:
        """See Listing."""
        return "j" in mnemonic or mnemonic[:3] == "brc" or mnemonic == "br"

    @staticmethod
    def is_word(place: str) -> bool:
        """See Listing."""
        return place.endswith("(%r15)")

    def target(self, position: int) -> int:
        """See Listing."""
        match = _TARGET.search(self.operands[position])
        return int(match[0], 0) if match else -1

    def written(self, register: str, position: int) -> Numbers | str | None:
        """See Listing."""
        mnemonic = self.mnemonics[position]
        if mnemonic in self.call:
            return None if register in _KEPT else UNKNOWN
        first, *others = self.operands[position].split(", ")
        if mnemonic == "lmg":
            low, high, number = (int(name[2:]) for name in (first, others[0], register))
            return UNKNOWN if low <= number <= high else None
        if mnemonic in _PAIRS and register == f"%r{int(first[2:]) + 1}":
            return UNKNOWN
        if first != register or _only_reads(mnemonic):
            return None
        if mnemonic == "lgr" or (mnemonic == "lg" and self.is_word(others[0])):
            return others[0]
        return self._result(mnemonic, first, others, position)

    def _result(self, mnemonic: str, first: str, others: list[str], position: int) -> Numbers:
        """What an instruction puts into its first operand."""
        immediate = constant(others[-1]) if others else None
        if mnemonic[:4] == "locg":  # or leaves what is there
            new = self.values(others[0], position) if immediate is None else frozenset((immediate & MASK,))
            return new | self.values(first, position)
        if mnemonic in ("la", "lay"):
            address = _ADDRESS.match(", ".join(others))
            if address:
                distance = int(address[1], 0)
                return each(lambda a, _: a + distance, self.values(address[2], position), frozenset((0,)))
        if immediate is None:
            return UNKNOWN
        if mnemonic in ("lghi", "lgfi"):
            return frozenset((immediate & MASK,))
        if mnemonic in _ADDITIONS:
            before = self.values(others[0] if mnemonic == "aghik" else first, position)
            return each(lambda a, b: a + b, before, frozenset((immediate,)))
        return self._part(mnemonic, first, immediate, position)

    def _part(self, mnemonic: str, first: str, immediate: int, position: int) -> Numbers:
        """Instructions that are about a part of a register: load it and zeros, insert it, or into it."""
        kind, part = mnemonic[:-2], mnemonic[-2:]
        if kind not in ("lli", "ii", "oi") or part not in _SHIFTS:
            return UNKNOWN
        shift = _SHIFTS[part]
        width = 0xFFFFFFFF if part[1] == "f" else 0xFFFF
        value = frozenset(((immediate & width) << shift,))
        if kind == "lli":
            return value
        kept = MASK if kind == "oi" else MASK & ~(width << shift)
        return each(lambda a, b: a & kept | b, self.values(first, position), value)

    def spilled(self, word: str, position: int) -> Numbers | str | None:
        """See Listing."""
        mnemonic, operands = self.mnemonics[position], self.operands[position]
        if "%r15)" not in operands:
            return None
        if mnemonic == "stmg":
            saved = _SAVED.match(operands)
            wanted = _ADDRESS.match(word)
            if saved and wanted:
                place, rest = divmod(int(wanted[1], 0) - int(saved[3], 0), 8)
                if not rest and 0 <= place <= int(saved[2]) - int(saved[1]):
                    return f"%r{int(saved[1]) + place}"
            return None
        first, *others = operands.split(", ")
        if mnemonic == "stg" and others == [word]:
            return first
        if mnemonic == "mvghi" and first == word:
            value = constant(others[0])
            return UNKNOWN if value is None else frozenset((value & MASK,))
        writes = mnemonic in ("mvc", "xc") or mnemonic[:2] in ("st", "mv")
        return UNKNOWN if (writes and operands.endswith(word)) or mnemonic in ("mvc", "xc") else None


def _only_reads(mnemonic: str) -> bool:
    """Whether an instruction leaves its first operand as it is: comparisons, tests and stores."""
    if mnemonic[0] == "c":
        return not _CONVERSION.match(mnemonic)
    return mnemonic[:2] in ("st", "tm")
