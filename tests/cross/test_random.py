"""Random modules that are stopped in every call and go on on another machine do what they do if nothing stops them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from wasmtime import wat2wasm

from mvvm.abi import traps
from mvvm.options import Policy
from tests.compiler.random_module import Size, write_module
from tests.cross.machine import NATIVE, Answer
from tests.cross.machines import ARCHITECTURES, Machines
from tests.torture.plan import FULL, Build
from tests.torture.test_random import _without_imports as without_imports

_SIZE = Size(functions=6, statements=8, depth=4)
_SEEDS = 200 if FULL else 8
# Of the side that is stopped, and of the other.
_BUILDS = (
    (Build(Policy.COUNTER_LOOP, 3, 1), Build(Policy.COUNTER_LOOP, 3, 1)),
    (Build(Policy.LOOP, 0), Build(Policy.COUNTER_LOOP, 3, 1)),
    (Build(Policy.LOOP_DIRTY, 3, 1), Build(Policy.FUNCTION, 0)),
    (Build(Policy.COUNTER_LOOP, 1, 2), Build(Policy.LOOP, 3)),
)
# More stable points than any call passes.
_NEVER = 1 << 40


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("seed", range(_SEEDS))
def test_calls(machines: Machines, tmp_path: Path, seed: int, architecture: str) -> None:
    """There and back again. NaNs are canonical, so that all bits are the same."""
    chance = random.Random(seed)
    module = write_module(chance.choice, _SIZE, sees_nans=True)
    wasm = bytes(wat2wasm(without_imports(module.text)))
    builds = _BUILDS[seed % len(_BUILDS)]
    ours, theirs = (
        machines.program(wasm, build, name, canonicalize_nans=True)
        for build, name in zip(builds, (NATIVE, architecture), strict=True)
    )
    here, there = machines.here(ours), machines.there(architecture, theirs)
    sides = [here, there]
    snapshot = tmp_path / "call.snapshot"
    for index, args in module.calls:
        call = {"function": f"f{index}", "arguments": args}
        expected = here.machine.start(None, ours, _NEVER, snapshot, **call)  # type: ignore[arg-type]
        assert expected.points is not None
        chance.shuffle(sides)
        side = sides[0]
        answer = side.machine.start(None, side.aot, chance.randint(1, expected.points + 1), snapshot, **call)  # type: ignore[arg-type]
        changes = 0
        while answer.stopped:
            changes += 1
            side = sides[changes % 2]
            if side.preparer is not None:
                side.preparer.prepare(side.aot, snapshot, side.machine.architecture)
            stop = chance.choice((None, chance.randint(1, expected.points + 1)))
            answer = side.machine.go_on(None, side.aot, snapshot, stop, snapshot)
        assert _outcome(answer) == _outcome(expected), f"f{index}{args}, {changes} changes"


def _outcome(answer: Answer) -> tuple[object, ...]:
    assert answer.end is not None
    if answer.end.how == "trap" and answer.end.values[0] == traps.MEMORY_OUT_OF_BOUNDS:
        return (answer.end,)  # LLVM may move an access that faults across accesses of other state
    return answer.end, answer.memories, answer.globals, answer.tables
