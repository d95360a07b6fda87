"""The table of stable points of an `.aot` file, read. Its writer is mvvm.aot.metadata."""

from __future__ import annotations

import struct
from bisect import bisect_left

from mvvm.abi.stable_points import words
from mvvm.errors import BadAotFile
from mvvm.proto import wire
from mvvm.wasm.types import F32, I32, NAMES


class StablePoint:
    """Message StablePoint: what is live at the `loop`, or after the call, at a byte offset in the module."""

    __slots__ = (
        "by_reference",
        "constants",
        "function",
        "handled",
        "locals",
        "next_pc",
        "num_results",
        "places",
        "table",
        "types",
    )

    def __init__(self, message: bytes) -> None:
        fields = wire.fields(message)
        self.function = wire.number(fields, 1)
        self.locals = wire.numbers(fields, 2)
        self.types = wire.text(fields, 3)
        self.num_results = wire.number(fields, 4)
        self.places = wire.numbers(fields, 5)
        self.constants = wire.numbers(fields, 6)
        self.next_pc = wire.number(fields, 7)
        table = wire.number(fields, 8)
        self.handled = bool(wire.number(fields, 9))  # the call is in the body of a try block
        self.table = table - 1 if table else None
        self.by_reference = bool(wire.number(fields, 10))
        if (
            len(self.types) != len(self.places)
            or len(self.types) < len(self.locals) + self.num_results
            or max(self.function, self.next_pc, *self.locals) >> 32
            or not all(map(self._fits, self.types, self.places))
        ):
            raise BadAotFile("damaged .aot file: its table of stable points does not fit together")

    def _fits(self, type_: str, place: int) -> bool:
        """Whether a value can be of a type and in a place."""
        if type_ not in NAMES:
            return False
        if not place & 1:
            return True
        constants = self.constants[place >> 1 :][: words(type_)]
        return len(constants) == words(type_) and not max(constants) >> (32 if type_ in I32 + F32 else 64)

    @property
    def is_call(self) -> bool:
        """Whether the point is after a call."""
        return self.next_pc != 0


class PointTable:
    """Message StablePoints. Points are found by their byte offset in the module.

    `suspending` are the functions that may suspend, by index; `throwing` those that an exception may come out of.
    """

    __slots__ = ("_offsets", "_points", "pcs", "suspending", "throwing")

    def __init__(self, section: bytes) -> None:
        fields = wire.fields(section)
        pcs, offsets = wire.data(fields, 1), wire.data(fields, 2)
        self._points = wire.data(fields, 3)
        self.suspending = _members(wire.data(fields, 4))
        self.throwing = _members(wire.data(fields, 5))
        if len(pcs) % 4 or len(pcs) != len(offsets):
            raise BadAotFile("damaged .aot file: its table of stable points does not fit together")
        self.pcs: tuple[int, ...] = struct.unpack(f"<{len(pcs) // 4}I", pcs)
        self._offsets: tuple[int, ...] = struct.unpack(f"<{len(offsets) // 4}I", offsets)

    def find(self, pc: int) -> StablePoint:
        """The point at a byte offset. Raises BadAotFile where there is none."""
        position = bisect_left(self.pcs, pc)
        if position == len(self.pcs) or self.pcs[position] != pc:
            raise BadAotFile(f"damaged .aot file: the stable point at byte {pc:#x} is not in its table")
        end = self._offsets[position + 1] if position + 1 < len(self._offsets) else len(self._points)
        return StablePoint(self._points[self._offsets[position] : end])


def _members(bits: bytes) -> set[int]:
    return {8 * at + bit for at, byte in enumerate(bits) if byte for bit in range(8) if byte >> bit & 1}
