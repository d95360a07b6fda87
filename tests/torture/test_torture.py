"""A program that was stopped anywhere, and went on in a new instance, did what it does if nothing stops it."""

from __future__ import annotations

import pytest

import mvvm
from tests.torture import plan
from tests.torture.harness import Torture, compiled
from tests.torture.plan import Build, Trial


def _torture(trial: Trial) -> Torture:
    wasm = trial.guest.wasm().read_bytes()
    first, second = (_compile(wasm, build) for build in (trial.first, trial.second))
    return Torture(trial.guest.workload(), first, second, same_memory=trial.guest.same_memory)


def _compile(wasm: bytes, build: Build) -> mvvm.Program:
    return compiled(wasm, build.policy, build.opt_level, build.threshold_bits)


@pytest.mark.parametrize("trial", list(plan.stops()), ids=lambda trial: trial.id)
def test_stop_anywhere(trial: Trial) -> None:
    torture = _torture(trial)
    counts = plan.choose(trial, torture.number_of_points())
    assert torture.stop_at(counts) == len(counts)
    torture.stop_at([len(counts) + 1 << 40])  # never reached: looking out for it changes nothing


@pytest.mark.parametrize("trial", list(plan.crossings()), ids=lambda trial: trial.id)
def test_restored_by_another_build(trial: Trial) -> None:
    torture = _torture(trial)
    counts = plan.choose(trial, torture.number_of_points())
    assert torture.stop_at(counts) == len(counts)


@pytest.mark.parametrize("trial", list(plan.chains()), ids=lambda trial: trial.id)
def test_stopped_again_and_again(trial: Trial) -> None:
    torture = _torture(trial)
    total = torture.number_of_points()
    every = max(1, total // trial.points)
    # After a stop a loop that looks out once in many iterations begins to count anew.
    stops = torture.chain(every, at_most=2 * total // every + 10)
    assert stops or not total


@pytest.mark.parametrize("trial", list(plan.restops()), ids=lambda trial: trial.id)
def test_restored_and_stopped_at_once(trial: Trial) -> None:
    torture = _torture(trial)
    torture.again(plan.choose(trial, torture.number_of_points()))
