"""Guests that are stopped anywhere on one machine do on another what they do if nothing stops them."""

from __future__ import annotations

import pytest

from tests.cross import plan
from tests.cross.crossing import Crossing
from tests.cross.machine import NATIVE
from tests.cross.machines import ARCHITECTURES, Machines
from tests.cross.plan import Trial

_everywhere = pytest.mark.parametrize("architecture", ARCHITECTURES)


def _crossing(machines: Machines, trial: Trial, architecture: str) -> Crossing:
    guest = trial.guest
    wasm = guest.wasm().read_bytes()
    if trial.here == trial.there:
        ours = theirs = machines.program(wasm, trial.here, NATIVE, architecture)
    else:
        ours = machines.program(wasm, trial.here, NATIVE)
        theirs = machines.program(wasm, trial.there, architecture)
    here, there = machines.here(ours), machines.there(architecture, theirs)
    return Crossing(guest.workload(), here, there, same_memory=guest.same_memory)


@_everywhere
@pytest.mark.parametrize("trial", list(plan.same()), ids=lambda trial: trial.id)
def test_same_build(machines: Machines, trial: Trial, architecture: str) -> None:
    crossing = _crossing(machines, trial, architecture)
    total, theirs = crossing.numbers_of_points()
    assert total == theirs
    counts = trial.choose(total)
    assert crossing.go_both_ways(counts) == len(counts)


@_everywhere
@pytest.mark.parametrize("trial", list(plan.different()), ids=lambda trial: trial.id)
def test_different_builds(machines: Machines, trial: Trial, architecture: str) -> None:
    crossing = _crossing(machines, trial, architecture)
    ours, theirs = crossing.numbers_of_points()
    counts = trial.choose_inner(ours, "here")
    assert crossing.go_there(counts) == len(counts)
    counts = trial.choose_inner(theirs, "there")
    assert crossing.go_here(counts) == len(counts)
