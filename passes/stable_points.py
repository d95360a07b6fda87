"""Where a function has stable points: after which calls, and at which loops.

Runs on a decoded body, after mvvm.passes.suspending told which functions may suspend, and decides on
Wasm alone. A loop that passes a point after a call on every way round has none of its own. A loop's point is where it
goes round again, not where it is entered, so that a program which is stopped at every point still gets forward.

A tail call has its point before it, with the arguments on the operand stack: after it the frame is gone, and a program
may go round in tail calls for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.options import Policy
from mvvm.passes.counted_loops import is_counted
from mvvm.wasm.code import (
    BLOCK,
    BR,
    BR_IF,
    BR_ON_NON_NULL,
    BR_ON_NULL,
    BR_TABLE,
    CALLS,
    CATCHES,
    DELEGATE,
    ELSE,
    END,
    IF,
    LEAVING,
    LOOP,
    RETURN_CALL,
    TAIL_CALLS,
    TRIES,
    WAITS,
    Block,
    Function,
)
from mvvm.wasm.opcodes import OPS, PSEUDO

if TYPE_CHECKING:
    from mvvm.passes.call_graph import Callees
    from mvvm.wasm.module import ModuleInfo

# How a loop looks out: each time it goes round, or once in many (mvvm.lower.loops).
EACH, STRIP = 1, 2

# What changes a memory, a global or a table.
_DIRTYING = frozenset(
    op.code
    for op in OPS
    if ".store" in op.name
    or ".atomic." in op.name
    or op.code in CALLS
    or op.name in ("global.set", "memory.grow", "memory.copy", "memory.fill", "memory.init")
    or op.name in ("data.drop", "table.set", "table.grow", "table.fill", "table.copy", "table.init", "elem.drop")
)


class StablePoints:
    """The stable points of a function: `calls` are positions in its instructions, `loops` say EACH or STRIP.

    `waits` are the positions of waits, which have a point each, where they are interrupted. `tail_calls` are positions
    too, of those that have a point before them. `throws` are the positions of calls that an exception may come out of:
    they are checked whether they are points or not.
    """

    __slots__ = ("calls", "loops", "tail_calls", "throws", "waits")

    def __init__(self) -> None:
        self.calls: set[int] = set()
        self.throws: set[int] = set()
        self.loops: dict[Block, int] = {}
        self.waits: set[int] = set()
        self.tail_calls: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self.calls or self.loops or self.tail_calls or self.waits)


_NEVER = 1 << 30  # a state where control does not get


class _Open:
    """What is known of an open block, loop or `if`."""

    __slots__ = ("at_if", "block", "covered", "depth", "dirties", "has_point", "passed", "start")

    def __init__(self, block: Block, depth: int, at_if: int, start: int) -> None:
        self.block = block
        self.start = start  # its position
        self.depth = depth  # of a loop that goes round: how many such loops are open with it, else 0
        self.passed = _NEVER  # at the label of what is no loop: _Walk.passed of the branches there
        self.at_if = at_if  # _Walk.passed at the condition, or at the start of a try block
        self.covered = True  # of a loop: whether every way round passes a stable point after a call
        self.dirties = False
        self.has_point = False  # inside: a loop's or a call's


class _Walk:
    """The walk over a body. `passed`: since the header of that many open loops, a stable point was passed for sure."""

    def __init__(self, result: StablePoints, policy: Policy, function: Function, info: ModuleInfo) -> None:
        self.result = result
        self.policy = policy
        self.function = function
        self.info = info
        self.open = [_Open(function.body, 0, 0, -1)]
        self.loops: list[_Open] = []
        self.passed = 0

    def begin(self, op: int, block: Block, position: int) -> None:
        is_loop = op == LOOP and block.targeted
        item = _Open(block, len(self.loops) + 1 if is_loop else 0, self.passed, position)
        self.open.append(item)
        if is_loop:
            self.loops.append(item)
        if op in TRIES:  # an exception may come at once: what was passed before it is what was passed for sure
            for clause in block.clauses:
                if clause.target is not block:
                    self.branch(clause.target)

    def call(self) -> None:
        self.passed = len(self.loops)
        if self.loops:
            self.loops[-1].has_point = True

    def wait(self) -> None:
        if self.loops:  # its point does not count as passed: it may not be reached
            self.loops[-1].has_point = True

    def dirty(self) -> None:
        if self.loops:
            self.loops[-1].dirties = True

    def branch(self, block: Block) -> None:
        item = next(item for item in reversed(self.open) if item.block is block)
        if item.depth:
            item.covered &= self.passed >= item.depth
        else:
            item.passed = min(item.passed, self.passed)

    def otherwise(self) -> None:
        item = self.open[-1]
        item.passed = min(item.passed, self.passed)
        self.passed = item.at_if

    def end(self, position: int) -> None:
        item = self.open.pop()
        block = item.block
        if block.kind == IF and not block.has_else:
            item.passed = min(item.passed, item.at_if)
        self.passed = min(self.passed, item.passed)
        if item.depth:
            self.loops.pop()
        if self.passed != _NEVER:  # a branch may have come from a loop that is closed by now
            self.passed = min(self.passed, len(self.loops))
        if not item.depth:
            return
        kind = self.choose(item, position)
        if kind is not None:
            self.result.loops[block] = kind
        if self.loops:
            self.loops[-1].has_point = True
            self.loops[-1].dirties |= item.dirties

    def choose(self, loop: _Open, end: int) -> int | None:
        if self.policy == Policy.FUNCTION:
            return None
        if self.policy == Policy.LOOP:
            return EACH
        if loop.has_point:
            return None if loop.covered else EACH  # a point after a call serves
        if self.policy == Policy.LOOP_DIRTY and loop.dirties:
            return EACH
        return STRIP if is_counted(self.function, self.info, loop.start, end) else EACH


def find_stable_points(
    function: Function, info: ModuleInfo, policy: Policy, suspending: Callees, throwing: Callees | None = None
) -> StablePoints:
    """Choose the stable points of a function, from those that suspend and those that exceptions may come out of.

    `throwing` is None for a module without exceptions.
    """
    result = StablePoints()
    if throwing is not None:
        result.throws = _find_throws(function, throwing)
    if policy == Policy.NONE:
        return result
    walk = _Walk(result, policy, function, info)
    for position, (op, immediate) in enumerate(zip(function.ops, function.immediates, strict=True)):
        if op in _DIRTYING or op >= PSEUDO:
            walk.dirty()
        if op in CALLS:
            if suspending.may_include(op, immediate):
                result.calls.add(position)
                walk.call()
        elif op in WAITS:
            result.waits.add(position)
            walk.wait()
        elif op in TAIL_CALLS:
            if op != RETURN_CALL or suspending.may_include(op, immediate):  # see mvvm.passes.suspending
                result.tail_calls.add(position)
        elif op in (BLOCK, LOOP, IF) or op in TRIES:
            walk.begin(op, immediate, position)  # type: ignore[arg-type]
        elif op in (BR, BR_IF, BR_ON_NULL, BR_ON_NON_NULL):
            walk.branch(immediate)  # type: ignore[arg-type]
        elif op == BR_TABLE:
            for target in immediate:  # type: ignore[attr-defined]
                walk.branch(target)
        elif op == ELSE or op in CATCHES:
            walk.otherwise()
        elif op in (END, DELEGATE):
            walk.end(position)
        if op in LEAVING:
            walk.passed = _NEVER
    return result


def _find_throws(function: Function, throwing: Callees) -> set[int]:
    return {
        position
        for position, (op, immediate) in enumerate(zip(function.ops, function.immediates, strict=True))
        if op in CALLS and throwing.may_include(op, immediate)
    }
