"""Which locals are live where.

Runs on a decoded body, before lowering. Wasm's control flow is structured, so one backward walk gives the exact
answer up to the back edges of loops: a loop's header gets what the walk finds with its back edges empty, and
walks are repeated until no header changes (nesting depth + 1 walks at most).

Leaves behind: `Block.phi_locals` of every block, and the indices of the instructions that set a local which is
never read again. The names of SSA values that lowering makes depend on this being right: a local that is taken
for dead and is not shows as IR that does not verify.
"""

from __future__ import annotations

from mvvm.wasm.code import (
    BLOCK,
    BR,
    BR_IF,
    BR_ON_NON_NULL,
    BR_ON_NULL,
    BR_TABLE,
    CALLS,
    ELSE,
    END,
    IF,
    LOCAL_GET,
    LOCAL_SET,
    LOCAL_TEE,
    LOOP,
    RETURN,
    TAIL_CALLS,
    UNREACHABLE,
    WAITS,
    Block,
    Function,
)

_CONDITIONAL = frozenset((BR_IF, BR_ON_NULL, BR_ON_NON_NULL))
_ENDS = TAIL_CALLS | {RETURN, UNREACHABLE}
_RELEVANT = (
    frozenset((BLOCK, LOOP, IF, ELSE, END, BR, BR_TABLE, LOCAL_GET, LOCAL_SET, LOCAL_TEE)) | _CONDITIONAL | _ENDS
)

_POINTS = CALLS | TAIL_CALLS | WAITS  # where there may be a stable point besides loops

_Event = tuple[int, int, object]  # position in Function.ops, opcode, immediate
_Labels = dict[Block, int]  # the locals (a bit each) that are live at a block's label


def find_liveness(function: Function, *, with_points: bool) -> tuple[set[int], dict[int, tuple[int, ...]]]:
    """Set `phi_locals` of the function's blocks.

    Returns the positions of the `local.set`s without a reader; and, `with_points`, the live locals before each call and
    loop by position, ascending.
    """
    events = _events(function, _RELEVANT | _POINTS if with_points else _RELEVANT)
    if not function.locals:
        return set(), {position: () for position, op, _ in events if op == LOOP or op in _POINTS}
    labels, dead = _solve(events, function.body)
    assigned = _assigned(events, function.body)
    for block, live in labels.items():
        block.phi_locals = _members(live & assigned.get(block, 0))
    if not with_points:
        return dead, {}
    before: list[int] = []
    _walk(events, labels, before)
    at_points = {
        position: _members(live)
        for (position, op, _), live in zip(reversed(events), before, strict=True)
        if op == LOOP or op in _POINTS
    }
    return dead, at_points


def live_locals(function: Function) -> list[tuple[int, ...]]:
    """The locals that are live before each instruction, ascending."""
    events = _events(function, _RELEVANT)
    labels, _ = _solve(events, function.body)
    before: list[int] = []
    _walk(events, labels, before)
    before.reverse()
    result = []
    position = 0
    # Nothing changes from one event to the next.
    for (event, _, _), live in zip(events, before, strict=True):
        result += [_members(live)] * (event + 1 - position)
        position = event + 1
    return result


def _events(function: Function, relevant: frozenset[int]) -> list[_Event]:
    return [
        (position, op, immediate)
        for position, (op, immediate) in enumerate(zip(function.ops, function.immediates, strict=True))
        if op in relevant
    ]


def _solve(events: list[_Event], body: Block) -> tuple[_Labels, set[int]]:
    """What is live at each label, and the positions of dead `local.set`s."""
    labels: _Labels = {body: 0}
    while True:
        changed, dead = _walk(events, labels)
        if not changed:
            return labels, dead


def _walk(events: list[_Event], labels: _Labels, before: list[int] | None = None) -> tuple[bool, set[int]]:
    """One backward walk, which updates `labels`. `before` gets what is live before each event, the last first.

    Returns whether the label of a loop changed, and the positions of dead `local.set`s.
    """
    live = 0
    changed = False
    dead: set[int] = set()
    at_else: dict[Block, int] = {}
    for position, op, immediate in reversed(events):
        if op == LOCAL_GET:
            live |= 1 << immediate  # type: ignore[operator]
        elif op in (LOCAL_SET, LOCAL_TEE):
            bit = 1 << immediate  # type: ignore[operator]
            if live & bit:
                live ^= bit
            elif op == LOCAL_SET:
                dead.add(position)
        elif op in _CONDITIONAL:
            live |= labels[immediate]  # type: ignore[index]
        elif op == BR:
            live = labels[immediate]  # type: ignore[index]
        elif op == BR_TABLE:
            live = 0
            for target in immediate:  # type: ignore[attr-defined]
                live |= labels[target]
        elif op in _ENDS:
            live = 0
        elif op not in _POINTS:
            assert isinstance(immediate, Block)
            if op == END:
                if immediate.kind == LOOP:
                    labels.setdefault(immediate, 0)
                else:
                    labels[immediate] = live
            elif op == ELSE:
                at_else[immediate] = live
                live = labels[immediate]
            elif op == IF:
                live |= at_else.get(immediate, labels[immediate])
            elif op == LOOP and labels[immediate] != live:
                labels[immediate] = live
                changed = True
        if before is not None:
            before.append(live)
    return changed, dead


def _assigned(events: list[_Event], body: Block) -> dict[Block, int]:
    """The locals (a bit each) that are set inside each block."""
    result: dict[Block, int] = {}
    open_blocks: list[int] = [0]
    for _, op, immediate in events:
        if op in (LOCAL_SET, LOCAL_TEE):
            open_blocks[-1] |= 1 << immediate  # type: ignore[operator]
        elif op in (BLOCK, LOOP, IF):
            open_blocks.append(0)
        elif op == END and immediate is not body:
            inner = open_blocks.pop()
            assert isinstance(immediate, Block)
            result[immediate] = inner
            open_blocks[-1] |= inner
    return result


def _members(bits: int) -> tuple[int, ...]:
    result = []
    while bits:
        lowest = bits & -bits
        result.append(lowest.bit_length() - 1)
        bits ^= lowest
    return tuple(result)
