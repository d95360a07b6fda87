"""Liveness of locals, against examples and against a textbook analysis of an explicit control flow graph."""

from __future__ import annotations

import pytest
from hypothesis import given, note

from mvvm.passes.liveness import find_liveness, live_locals
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
    TRY,
    TRY_TABLE,
    UNREACHABLE,
    Block,
    Clause,
    Function,
)
from tests.compiler.random_module import RandomModule, random_modules
from tests.compiler.wat import function, module


def _phis(instructions: str) -> list[tuple[int, ...]]:
    """The phi locals of a body's blocks, in the order in which they open, for locals 0 to 2 of type i32."""
    decoded = function(f"(module (func (param i32) (result i32) (local i32 i32) {instructions}))")
    find_liveness(decoded, with_points=False)
    return [
        immediate.phi_locals
        for op, immediate in zip(decoded.ops, decoded.immediates, strict=True)
        if op in (BLOCK, LOOP, IF) and isinstance(immediate, Block)
    ]


@pytest.mark.parametrize(
    ("instructions", "phis"),
    [
        # Set on one way, read after the block.
        ("local.get 0 if i32.const 1 local.set 1 end local.get 1", [(1,)]),
        ("local.get 0 if i32.const 1 local.set 1 else i32.const 2 local.set 2 end local.get 2", [(2,)]),
        # Not read after it, or not set in it.
        ("local.get 0 if i32.const 1 local.set 1 local.get 1 drop end local.get 2", [()]),
        ("local.get 0 if local.get 1 drop end local.get 1", [()]),
        # Set again before it is read.
        ("block local.get 0 br_if 0 i32.const 1 local.set 1 end i32.const 2 local.tee 1", [()]),
        # What a loop changes and reads in its next turn, even if nothing reads it afterwards.
        ("loop local.get 1 i32.const 1 i32.add local.set 1 local.get 0 br_if 0 end local.get 2", [(1,)]),
        ("loop i32.const 1 local.set 1 local.get 1 br_if 0 end local.get 2", [()]),
        # Read by an inner loop only after another turn of the outer one.
        (
            "loop local.get 1 local.set 2 loop i32.const 1 local.set 1 local.get 0 br_if 0 end local.get 2 br_if 0 end"
            " local.get 0",
            [(1,), ()],
        ),
        # A loop that nothing repeats has its own end only.
        ("loop i32.const 1 local.set 1 end local.get 1", [()]),
        # A branch out of two blocks at once.
        (
            "block block i32.const 1 local.set 1 local.get 0 br_if 1 end i32.const 2 local.set 1 end local.get 1",
            [(1,), ()],
        ),
    ],
)
def test_phis_stand_where_values_meet_that_are_read(instructions: str, phis: list[tuple[int, ...]]) -> None:
    assert _phis(instructions) == phis


@pytest.mark.parametrize(
    ("instructions", "dead"),
    [
        ("i32.const 1 local.set 1 i32.const 2 local.set 1 local.get 1", [0]),
        ("i32.const 1 local.set 1 local.get 1 i32.const 2 local.set 1", [1]),
        ("i32.const 1 local.set 1 unreachable", [0]),
        ("i32.const 1 local.set 1 local.get 0 if (result i32) local.get 1 else i32.const 3 end", []),
        ("loop local.get 1 br_if 0 i32.const 1 local.set 1 end local.get 2", [0]),
        ("loop local.get 1 drop i32.const 1 local.set 1 local.get 0 br_if 0 end local.get 2", []),
        ("i32.const 1 local.tee 1 drop local.get 2", []),
    ],
)
def test_sets_that_nothing_reads_are_found(instructions: str, dead: list[int]) -> None:
    """`dead` counts the body's `local.set`s."""
    decoded = function(f"(module (func (param i32) (result i32) (local i32 i32) {instructions}))")
    sets = [position for position, op in enumerate(decoded.ops) if op == LOCAL_SET]
    assert find_liveness(decoded, with_points=False)[0] == {sets[number] for number in dead}


def test_a_function_without_locals() -> None:
    decoded = function("(module (func (loop (br 0))))")
    assert find_liveness(decoded, with_points=False)[0] == set()
    assert decoded.body.phi_locals == ()


def _local(immediate: object) -> int:
    assert isinstance(immediate, int)
    return immediate


class _Graph:
    """The positions of a body as a graph, and the locals that are live before each."""

    def __init__(self, decoded: Function) -> None:
        self.function = decoded
        self.starts: dict[Block, int] = {}
        self.elses: dict[Block, int] = {}
        self.ends: dict[Block, int] = {}
        self.handlers: dict[Clause, int] = {}
        self.tries: list[Block | None] = []  # the innermost in whose body a position is
        places = {BLOCK: self.starts, LOOP: self.starts, IF: self.starts, ELSE: self.elses, END: self.ends}
        places |= {TRY: self.starts, TRY_TABLE: self.starts, DELEGATE: self.ends}
        bodies: list[Block | None] = [None]
        for position, (op, immediate) in enumerate(zip(decoded.ops, decoded.immediates, strict=True)):
            if op in places:
                assert isinstance(immediate, Block)
                places[op][immediate] = position
            if isinstance(immediate, Clause):
                self.handlers[immediate] = position
            ended = immediate.block if isinstance(immediate, Clause) else immediate
            if op in (*CATCHES, DELEGATE, END) and bodies[-1] is ended:
                bodies.pop()
            self.tries.append(bodies[-1])
            if op in TRIES:
                bodies.append(immediate)  # type: ignore[arg-type]
        self.live: list[set[int]] = [set() for _ in range(len(decoded.ops) + 1)]
        self._solve()

    def label(self, block: object) -> int:
        """Where a branch to a block goes on."""
        assert isinstance(block, Block)
        return self.starts[block] + 1 if block.kind == LOOP else self.ends[block] + 1

    def caught(self, block: Block | None) -> list[int]:
        """Where exceptions of a try block's body may be caught; also those that a clause before catches."""
        if block is None:
            return []
        here = [
            self.handlers[clause] + 1 if clause.target is block else self.label(clause.target)
            for clause in block.clauses
        ]
        return here + self.caught(block.outer)

    def successors(self, position: int) -> list[int]:
        op, immediate = self.function.ops[position], self.function.immediates[position]
        if op in THROWS:
            return self.caught(self.tries[position])
        if op in CALLS:
            return [position + 1, *self.caught(self.tries[position])]
        if isinstance(immediate, Clause):
            return [self.ends[immediate.block] + 1]
        if op in (RETURN, UNREACHABLE) or op in TAIL_CALLS:
            return []
        if op == BR:
            return [self.label(immediate)]
        if op == BR_TABLE:
            assert isinstance(immediate, list)
            return [self.label(block) for block in immediate]
        if op in (BR_IF, BR_ON_NULL, BR_ON_NON_NULL):
            return [position + 1, self.label(immediate)]
        if op == ELSE:
            assert isinstance(immediate, Block)
            return [self.ends[immediate] + 1]
        if op == IF:
            assert isinstance(immediate, Block)
            otherwise = self.elses.get(immediate, self.ends[immediate])
            return [position + 1, otherwise + 1]
        return [position + 1]

    def _solve(self) -> None:
        changed = True
        while changed:
            changed = False
            for position in reversed(range(len(self.function.ops))):
                live = {local for after in self.successors(position) for local in self.live[after]}
                op, immediate = self.function.ops[position], self.function.immediates[position]
                if op in (LOCAL_SET, LOCAL_TEE):
                    live -= {_local(immediate)}
                elif op == LOCAL_GET:
                    live |= {_local(immediate)}
                changed |= live != self.live[position]
                self.live[position] = live

    def dead_sets(self) -> set[int]:
        ops, immediates = self.function.ops, self.function.immediates
        return {i for i, op in enumerate(ops) if op == LOCAL_SET and immediates[i] not in self.live[i + 1]}

    def phi_locals(self, block: Block) -> tuple[int, ...]:
        return self._assigned(block, [self.label(block)])

    def catch_locals(self, block: Block) -> tuple[int, ...]:
        return self._assigned(block, self.caught(block))

    def _assigned(self, block: Block, after: list[int]) -> tuple[int, ...]:
        """The locals that are set in a block and live at one of the positions."""
        inside = range(self.starts[block], self.ends[block])
        ops, immediates = self.function.ops, self.function.immediates
        assigned = {_local(immediates[i]) for i in inside if ops[i] in (LOCAL_SET, LOCAL_TEE)}
        return tuple(sorted(assigned & set().union(*(self.live[position] for position in after))))


@given(random_modules())
def test_same_as_a_textbook_analysis(random_module: RandomModule) -> None:
    note(random_module.text)
    decoded = module(random_module.text)
    for position in range(len(decoded.bodies)):
        body = function(decoded, position)
        graph = _Graph(body)
        assert find_liveness(body, with_points=False)[0] == graph.dead_sets()
        for block in graph.starts:
            assert block.phi_locals == graph.phi_locals(block)
            if block.kind in TRIES:
                assert block.catch_locals == graph.catch_locals(block)
        assert live_locals(body) == [tuple(sorted(live)) for live in graph.live[: len(body.ops)]]
