"""Lua, SQLite and QuickJS, stopped at chosen stable points, do what they do if nothing stops them."""

from __future__ import annotations

import functools

import pytest

import mvvm
from mvvm.options import Policy
from tests.programs import oracle
from tests.programs.build import build
from tests.programs.compiled import compiled
from tests.programs.workloads import WORKLOADS, Outcome, Workload
from tests.torture import plan
from tests.torture.harness import Torture

# How many stops: a large function takes LLVM a while each time it is entered at another place.
_STOPS = {"lua": 12, "lua-eh": 8, "sqlite": 4, "qjs": 4}
_FULL_STOPS = 60
_THRESHOLD_BITS = 6
_CHOSEN = [
    workload
    for workload in WORKLOADS
    if workload.id
    in (
        "lua-strings",
        "lua-closures",
        "lua-gc",
        "lua-eh-errors",
        "lua-eh-coroutines",
        "sqlite-joins",
        "sqlite-transactions",
        "qjs-data",
    )
    or (plan.FULL and workload.program in _STOPS)
]
_POLICIES = plan.STOPPING if plan.FULL else (Policy.COUNTER_LOOP,)


@functools.lru_cache(maxsize=2)
def _program(name: str, policy: Policy) -> mvvm.Program:
    options = mvvm.CompileOptions(checkpoint=policy, threshold_bits=_THRESHOLD_BITS)
    return mvvm.load(str(compiled(name, options)))


def _torture(workload: Workload, policy: Policy) -> Torture:
    # They keep seeds that they make of the time of day, so no two runs leave the same memory.
    return Torture(workload, _program(workload.program, policy), same_memory=False)


@pytest.mark.parametrize("policy", _POLICIES)
@pytest.mark.parametrize("workload", _CHOSEN, ids=lambda workload: workload.id)
def test_stop_at_some_points(workload: Workload, policy: Policy) -> None:
    torture = _torture(workload, policy)
    ours = torture.unbroken
    files = {name: ours.files[name] for name in workload.outputs if name in ours.files}
    assert Outcome(ours.stdout, ours.stderr, ours.end.status, files) == oracle.run(workload, build(workload.program))
    stops = _FULL_STOPS if plan.FULL else _STOPS[workload.program]
    counts = plan.sample(torture.number_of_points(), stops, f"{workload.id} {policy}")
    assert torture.stop_at(counts) == len(counts)


@pytest.mark.parametrize("program", _STOPS)
def test_stopped_again_and_again(program: str) -> None:
    workload = next(workload for workload in _CHOSEN if workload.program == program)
    torture = _torture(workload, Policy.COUNTER_LOOP)
    stops = _STOPS[program] // 2
    every = max(1, torture.number_of_points() // stops)
    assert torture.chain(every, at_most=2 * stops + 2) >= 1
