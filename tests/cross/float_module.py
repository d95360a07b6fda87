"""A module that applies every float instruction to arrays of operands in its memory, and puts results behind them.

Each function takes the number of operands. Loops are as a C compiler writes them, so that LLVM vectorizes them;
constants are operands that LLVM knows, alone and beside one that it does not.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from mvvm.wasm.types import NAMES
from tests.cross.float_flows import FLOWS, flow_functions
from tests.cross.float_text import OPERATIONS, WIDTHS, Operation, Pointer, constant, in_range, loop, of_bits, store
from tests.cross.float_values import F32, F64, I32, I64, pairs, singles

COUNT = 20_000
"""Of operands."""

_FEW = 256  # with each constant
# Zero, one, minus one, a half, the smallest, infinity, NaNs: canonical, signalling, quiet.
_CONSTANTS = {
    "f": (0, 1 << 31, 0x3F800000, 0xBF800000, 0x3F000000, 1, 0x7F800000, 0x7FC00000, 0x7F800001, 0xFFC00001),
    "F": (
        *(0, 1 << 63, 0x3FF << 52, 0xBFF << 52, 0x3FE << 52, 1, 0x7FF << 52),
        *(0x7FF8 << 48, 0x7FF << 52 | 1, 0xFFF8 << 48 | 1),
    ),
}


@dataclass(frozen=True)
class Region:
    """Where results are. `operands` are the bits of each result's operands, of the types `pops`.

    There are none where results come of more than one instruction. `is_open` says whether NaNs among the results may
    be any that Wasm allows.
    """

    name: str
    address: int
    type: str
    pops: str
    operands: Sequence[tuple[int, ...]]
    is_open: bool

    @property
    def size(self) -> int:
        """In bytes."""
        return WIDTHS[self.type] * len(self.operands)


class FloatModule:
    """The text of the module; its memory's first bytes; the functions to call, in order; where results are."""

    def __init__(self) -> None:
        self.image = bytes(16)  # of which the flows have a part
        self.functions: list[str] = []
        self.regions: list[Region] = []
        self._texts: list[str] = []
        self._arrays = _operands()
        self._addresses: dict[str, int] = {}
        for name, values in self._arrays.items():
            self._addresses[name] = len(self.image)
            self.image += struct.pack(f"<{len(values)}{'I' if WIDTHS[name[0]] == 4 else 'Q'}", *values)
        self._end = len(self.image)
        for op in OPERATIONS:
            self._add_loop(op)
            if set(op.pops) & {"f", "F"}:
                if not op.can_trap:
                    self._add_constants(op)
                if len(op.pops) == 2:
                    self._add_loop_with_constants(op)
                    self._add_loop_of_one_operand(op)
        for type_ in "fF":
            self._add_flows(type_)
        memory = f'(memory (export "memory") {(self._end >> 16) + 1})'
        conversions = [of_bits(op) for op in OPERATIONS if op.can_trap]
        self.text = "\n".join(["(module", memory, *self._texts, *flow_functions(), *conversions, ")"])

    def borders(self) -> Iterator[tuple[str, int]]:
        """Calls that may trap: a function that takes bits as an i64, and bits."""
        for op in OPERATIONS:
            if op.can_trap:
                for bits in F32 if op.pops == "f" else F64:
                    yield f"{op.name} of bits", bits

    def _add_loop(self, op: Operation) -> None:
        """The instruction on all operands."""
        arrays = [op.pops] if len(op.pops) == 1 else [f"{op.pops[0]}0", f"{op.pops[1]}1"]
        pointers = [self._pointer(f"$a{i}", name) for i, name in enumerate(arrays)]
        result = self._results(op.name, op, list(zip(*(self._arrays[name] for name in arrays), strict=True)))
        body = result.store(op.of(*(pointer.load for pointer in pointers)))
        if op.can_trap:
            body = f"(if {in_range(op, pointers[0].load)} (then {body}))"
        self._add(op.name, loop([*pointers, result], body))

    def _add_loop_of_one_operand(self, op: Operation) -> None:
        """The instruction on each operand twice."""
        type_ = op.pops[0]
        name = f"{op.name} x x"
        pointer = self._pointer("$a0", type_)
        result = self._results(name, op, [(x, x) for x in self._arrays[type_]])
        operand, x = f"(local.set ${type_} {pointer.load})", f"(local.get ${type_})"
        self._add(name, loop([pointer, result], operand, result.store(op.of(x, x))))

    def _add_constants(self, op: Operation) -> None:
        """The instruction on constants only."""
        name = f"{op.name} of constants"
        operands = list(product(*(_CONSTANTS[t] for t in op.pops)))
        result = self._results(name, op, operands)
        lines = []
        for i, bits in enumerate(operands):
            address = f"(i32.const {result.address + WIDTHS[op.pushes] * i})"
            value = op.of(*(constant(t, value) for t, value in zip(op.pops, bits, strict=True)))
            lines.append(store(op.pushes, address, value))
        self._add(name, lines)

    def _add_loop_with_constants(self, op: Operation) -> None:
        """The instruction on each constant and a few operands."""
        type_ = op.pops[0]
        values, pointer = self._arrays[type_][:_FEW], self._pointer("$a0", type_)
        lines: list[str] = []
        for bits in _CONSTANTS[type_]:
            known = constant(type_, bits)
            left = self._results(f"{op.name} {known} x", op, [(bits, x) for x in values])
            right = self._results(f"{op.name} x {known}", op, [(x, bits) for x in values])
            before = left.store(op.of(known, pointer.load))
            after = left.store(op.of(pointer.load, known), right.address - left.address)
            lines += [f"(local.set $n (i32.const {_FEW}))", *loop([pointer, left], before, after)]
        self._add(f"{op.name} with constants", lines)

    def _add_flows(self, type_: str) -> None:
        """The functions of float_flows."""
        pointers = [self._pointer(f"$a{i}", f"{type_}{i}") for i in (0, 1)]
        for flow in FLOWS:
            name = f"{NAMES[type_]} {flow}"
            result = self._results(name, Operation(name, "", type_), [()] * COUNT)
            call = f'(call $"{name}" {" ".join(pointer.load for pointer in pointers)})'
            self._add(name, loop([*pointers, result], result.store(call)))

    def _pointer(self, local: str, array: str) -> Pointer:
        return Pointer(local, self._addresses[array], array[0])

    def _results(self, name: str, op: Operation, operands: Sequence[tuple[int, ...]]) -> Pointer:
        """Room for results, and a pointer to it."""
        region = Region(name, self._end, op.pushes, op.pops, operands, op.is_open)
        self.regions.append(region)
        self._end += -(-region.size // 8) * 8
        return Pointer("$r", region.address, op.pushes)

    def _add(self, name: str, lines: Iterable[str]) -> None:
        self.functions.append(name)
        head = f'(func (export "{name}") (param $n i32) (local $a0 i32) (local $a1 i32) (local $r i32)'
        self._texts.append("\n  ".join([f"{head} (local $f f32) (local $F f64)", *lines, ")"]))


def _operands() -> dict[str, list[int]]:
    """Arrays by type, those of pairs with a number: integers have no pairs."""
    f32, f64 = pairs(F32, 32, COUNT), pairs(F64, 64, COUNT)
    return {
        "f0": [left for left, _ in f32],
        "f1": [right for _, right in f32],
        "f": singles(F32, 32, COUNT),
        "F0": [left for left, _ in f64],
        "F1": [right for _, right in f64],
        "F": singles(F64, 64, COUNT),
        "i": singles(I32, 32, COUNT),
        "I": singles(I64, 64, COUNT),
    }
