"""Guests do what they are meant to, before anything stops them: under mvvm as under wasmtime."""

from __future__ import annotations

import pytest

import mvvm
from tests.programs import oracle
from tests.programs.workloads import Outcome
from tests.torture.guests import GUESTS, Guest
from tests.torture.harness import Torture, compiled


@pytest.mark.parametrize("guest", GUESTS.values(), ids=lambda guest: guest.id)
def test_same_as_wasmtime(guest: Guest) -> None:
    workload = guest.workload()
    program = compiled(guest.wasm().read_bytes(), mvvm.CompileOptions().checkpoint)
    ours = Torture(workload, program, same_memory=guest.same_memory).unbroken
    files = {name: ours.files[name] for name in workload.outputs if name in ours.files}
    outcome = Outcome(ours.stdout, ours.stderr, ours.end.status, files)
    assert outcome == oracle.run(workload, GUESTS[guest.like or guest.id].wasm())
    assert outcome.status == guest.status
    assert outcome.stdout or outcome.files
