"""Where a function has stable points: after which calls, and at which loops.

Runs on a decoded body, after the call graph (mvvm.passes.call_graph) told which functions may suspend, and decides on
Wasm alone. A loop's point is where it goes round again, not where it is entered, so that a program which is
stopped at every point still gets forward.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.options import Policy
from mvvm.wasm.code import BR, BR_IF, BR_TABLE, CALL, CALL_INDIRECT, END, LOOP, Block, Function
from mvvm.wasm.opcodes import OPS, PSEUDO

if TYPE_CHECKING:
    from mvvm.passes.call_graph import Suspending

# How a loop looks out: each time it goes round, or once in many (mvvm.lower.loops).
EACH, STRIP = 1, 2

# What changes a memory, a global or a table.
_DIRTYING = frozenset(
    op.code
    for op in OPS
    if ".store" in op.name
    or op.name in ("call", "call_indirect", "global.set", "memory.grow", "memory.copy", "memory.fill", "memory.init")
    or op.name in ("data.drop", "table.set", "table.grow", "table.fill", "table.copy", "table.init", "elem.drop")
)


class StablePoints:
    """The stable points of a function: `calls` are positions in its instructions, `loops` say EACH or STRIP.

    `back_edges` are the numbers of branches to the loops, those that are not `br_if` counted twice.
    """

    __slots__ = ("back_edges", "calls", "loops")

    def __init__(self) -> None:
        self.calls: set[int] = set()
        self.loops: dict[Block, int] = {}
        self.back_edges: dict[Block, int] = {}


class _Loop:
    """What is known of an open loop."""

    __slots__ = ("block", "dirties", "has_point")

    def __init__(self, block: Block) -> None:
        self.block = block
        self.dirties = False
        self.has_point = False  # inside: a loop's or a call's


def find_stable_points(function: Function, policy: Policy, suspending: Suspending) -> StablePoints:
    """Choose the stable points of a function."""
    result = StablePoints()
    if policy == Policy.NONE:
        return result
    loops: list[_Loop] = []
    for position, (op, immediate) in enumerate(zip(function.ops, function.immediates, strict=True)):
        if op in (CALL, CALL_INDIRECT) and _may_suspend(op, immediate, suspending):
            result.calls.add(position)
            if loops:
                loops[-1].has_point = True
        elif op in (BR, BR_IF) and immediate.kind == LOOP:  # type: ignore[attr-defined]
            _count(result, immediate, 1 if op == BR_IF else 2)
        elif op == BR_TABLE:
            for target in immediate:  # type: ignore[attr-defined]
                _count(result, target, 2)
        elif op == LOOP:
            assert isinstance(immediate, Block)
            if immediate.targeted:
                loops.append(_Loop(immediate))
        elif op == END and loops and immediate is loops[-1].block:
            loop = loops.pop()
            if policy != Policy.FUNCTION:
                result.loops[loop.block] = _choose(loop, policy)
            if loops:
                loops[-1].has_point = True
                loops[-1].dirties |= loop.dirties
        if loops and (op in _DIRTYING or op >= PSEUDO):
            loops[-1].dirties = True
    return result


def _count(points: StablePoints, block: object, edges: int) -> None:
    assert isinstance(block, Block)
    points.back_edges[block] = points.back_edges.get(block, 0) + edges


def _may_suspend(op: int, immediate: object, suspending: Suspending) -> bool:
    if op == CALL:
        return immediate in suspending.functions
    assert isinstance(immediate, tuple)
    return suspending.calls_may_suspend(*immediate)


def _choose(loop: _Loop, policy: Policy) -> int:
    if policy == Policy.LOOP or loop.has_point or (policy == Policy.LOOP_DIRTY and loop.dirties):
        return EACH
    return STRIP
