"""Which locals are live where.

Runs on a decoded body, before lowering. Wasm's control flow is structured, so one backward walk gives the exact
answer up to the back edges of loops: a loop's header gets what the walk finds with its back edges empty, and
walks are repeated until no header changes (nesting depth + 1 walks at most).

An exception may come out of any call in a try block's body: what is live where it is caught is live before each of
them.

Leaves behind: `Block.phi_locals` of every block, `Block.catch_locals` of try blocks, and the indices of the
instructions that set a local which is never read again. The names of SSA values that lowering makes depend on this
being right: a local that is taken for dead and is not shows as IR that does not verify.
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
    CATCHES,
    DELEGATE,
    ELSE,
    END,
    IF,
    LOCAL_GET,
    LOCAL_SET,
    LOCAL_TEE,
    LOOP,
    RETURN,
    TAIL_CALLS,
    THROWS,
    TRIES,
    UNREACHABLE,
    WAITS,
    Block,
    Clause,
    Function,
)

_CONDITIONAL = frozenset((BR_IF, BR_ON_NULL, BR_ON_NON_NULL))
_ENDS = TAIL_CALLS | {RETURN, UNREACHABLE}
_RELEVANT = (
    frozenset((BLOCK, LOOP, IF, ELSE, END, BR, BR_TABLE, LOCAL_GET, LOCAL_SET, LOCAL_TEE))
    | _CONDITIONAL
    | _ENDS
    | THROWS
)
_HANDLING = frozenset((*TRIES, *CATCHES, DELEGATE))

_POINTS = CALLS | TAIL_CALLS | WAITS  # where there may be a stable point besides loops

_Event = tuple[int, int, object]  # position in Function.ops, opcode, immediate
_Labels = dict[Block, int]  # the locals (a bit each) that are live at a block's label


def find_liveness(function: Function, *, with_points: bool) -> tuple[set[int], dict[int, tuple[int, ...]]]:
    """Set `phi_locals` of the function's blocks.

    Returns the positions of the `local.set`s without a reader; and, `with_points`, the live locals before each call and
    loop by position, ascending.
    """
    relevant = _relevant(function)
    events = _events(function, relevant | _POINTS if with_points else relevant)
    if not function.locals:
        return set(), {position: () for position, op, _ in events if op == LOOP or op in _POINTS}
    labels, caught, dead = _solve(events, function.body)
    assigned = _assigned(events, function.body)
    for block, live in labels.items():
        block.phi_locals = _members(live & assigned.get(block, 0))
    for block, live in caught.items():
        block.catch_locals = _members(live & assigned[block])
    if not with_points:
        return dead, {}
    before: list[int] = []
    _walk(events, labels, {}, before)
    at_points = {
        position: _members(live)
        for (position, op, _), live in zip(reversed(events), before, strict=True)
        if op == LOOP or op in _POINTS
    }
    return dead, at_points


def live_locals(function: Function) -> list[tuple[int, ...]]:
    """The locals that are live before each instruction, ascending."""
    events = _events(function, _relevant(function))
    labels, _, _ = _solve(events, function.body)
    before: list[int] = []
    _walk(events, labels, {}, before)
    before.reverse()
    result = []
    position = 0
    # Nothing changes from one event to the next.
    for (event, _, _), live in zip(events, before, strict=True):
        result += [_members(live)] * (event + 1 - position)
        position = event + 1
    return result


def _relevant(function: Function) -> frozenset[int]:
    """The instructions that the walk looks at: calls too where exceptions are caught."""
    return _RELEVANT if TRIES.isdisjoint(function.ops) else _RELEVANT | _HANDLING | CALLS


def _events(function: Function, relevant: frozenset[int]) -> list[_Event]:
    return [
        (position, op, immediate)
        for position, (op, immediate) in enumerate(zip(function.ops, function.immediates, strict=True))
        if op in relevant
    ]


def _solve(events: list[_Event], body: Block) -> tuple[_Labels, _Labels, set[int]]:
    """What is live at each label and where each try block's exceptions are caught; positions of dead `local.set`s."""
    labels: _Labels = {body: 0}
    while True:
        caught: _Labels = {}
        changed, dead = _walk(events, labels, caught)
        if not changed:
            return labels, caught, dead


def _walk(
    events: list[_Event], labels: _Labels, caught: _Labels, before: list[int] | None = None
) -> tuple[bool, set[int]]:
    """One backward walk, which updates `labels` and, from nothing, `caught`.

    `before` gets what is live before each event, the last first.

    Returns whether the label of a loop changed, and the positions of dead `local.set`s.
    """
    live = 0
    changed = False
    dead: set[int] = set()
    at_else: dict[Block, int] = {}
    tries: list[Block] = []  # whose bodies the walk is in
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
        elif op in CALLS:
            if tries:
                live |= caught[tries[-1]]
        elif op in THROWS:
            live = caught[tries[-1]] if tries else 0
        elif isinstance(immediate, Clause):  # the start of a handler, and the end of the body or handler before it
            block = immediate.block
            caught[block] = caught.get(block, 0) | live
            live = labels[block]
            if immediate is block.clauses[0]:
                _enter_body(block, caught, tries)
        elif op not in _POINTS:
            assert isinstance(immediate, Block)
            if op == DELEGATE or (op == END and immediate.kind in TRIES):
                labels[immediate] = live
                if not immediate.clauses or immediate.clauses[0].target is not immediate:
                    for clause in immediate.clauses:
                        caught[immediate] = caught.get(immediate, 0) | labels.get(clause.target, 0)
                    _enter_body(immediate, caught, tries)
            elif op == END:
                if immediate.kind == LOOP:
                    labels.setdefault(immediate, 0)
                else:
                    labels[immediate] = live
            elif op == ELSE:
                at_else[immediate] = live
                live = labels[immediate]
            elif op == IF:
                live |= at_else.get(immediate, labels[immediate])
            elif op in TRIES:
                tries.pop()
            elif op == LOOP and labels[immediate] != live:
                labels[immediate] = live
                changed = True
        if before is not None:
            before.append(live)
    return changed, dead


def _enter_body(block: Block, caught: _Labels, tries: list[Block]) -> None:
    """The walk goes on, backwards, into the body of a try block: what it does not catch goes further out."""
    caught[block] = caught.get(block, 0) | (caught[block.outer] if block.outer is not None else 0)
    tries.append(block)


def _assigned(events: list[_Event], body: Block) -> dict[Block, int]:
    """The locals (a bit each) that are set inside each block."""
    result: dict[Block, int] = {}
    open_blocks: list[int] = [0]
    for _, op, immediate in events:
        if op in (LOCAL_SET, LOCAL_TEE):
            open_blocks[-1] |= 1 << immediate  # type: ignore[operator]
        elif op in (BLOCK, LOOP, IF) or op in TRIES:
            open_blocks.append(0)
        elif op in (END, DELEGATE) and immediate is not body:
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
