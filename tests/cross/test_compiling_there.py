"""What a restore takes is compiled on the machine that the program goes to, or prepared there for this one.

A compiler takes five to nine times as long under QEMU: few guests, and small ones.
"""

from __future__ import annotations

import pytest

from mvvm.options import Policy
from tests.cross.crossing import Crossing
from tests.cross.journey import Journey, Side
from tests.cross.machine import NATIVE
from tests.cross.machines import Machines
from tests.cross.plan import DEFAULT
from tests.torture.guests import GUESTS, Guest
from tests.torture.plan import FULL, Build, sample

_ARCHITECTURE = "aarch64"
_NAMES = ("deep_recursion-O3", "long_sort-O3", "wide_stack", "function_pointers-O3", "segments")
_GUESTS = [guest for guest in GUESTS.values() if guest.is_main_build and (FULL or guest.id in _NAMES)]


@pytest.mark.parametrize("guest", _GUESTS, ids=lambda guest: guest.id)
def test_continuations(machines: Machines, guest: Guest) -> None:
    aot = machines.program(guest.wasm().read_bytes(), DEFAULT, NATIVE, _ARCHITECTURE)
    there = machines.there(_ARCHITECTURE, aot, compiler=True)
    crossing = Crossing(guest.workload(), machines.here(aot), there, same_memory=guest.same_memory)
    total, _ = crossing.numbers_of_points()
    counts = sample(total, 10 if FULL else 3, guest.id)[:-1]
    assert crossing.go_there(counts) == len(counts)


@pytest.mark.parametrize("build", [DEFAULT, Build(Policy.LOOP, 1)], ids=lambda build: build.id)
def test_program(machines: Machines, build: Build) -> None:
    """There is code for this machine only: the module is compiled again, so that it can be stopped there, too."""
    guest = GUESTS["recursive_loops-O3"]
    aot = machines.program(guest.wasm().read_bytes(), build, NATIVE)
    here, there = machines.here(aot), machines.there(_ARCHITECTURE, aot, compiler=True)
    with Journey(guest.workload()) as journey:
        assert journey.start(here, 40).stopped
        answer = journey.go_on(there, 40)
        assert answer.stopped
        assert answer.compiler
        (note,) = answer.notes
        reason = f"it has code for {NATIVE}: its module is compiled for this machine, {_ARCHITECTURE}"
        assert note == f"{aot}: {reason}"
        assert journey.go_on(here, 40).stopped
        answer = journey.go_on(there)
        assert not answer.notes
        assert journey.outcome(answer) == Crossing(guest.workload(), here, there).unbroken


def test_prepared_there(machines: Machines) -> None:
    """The other machine compiles ahead of time what this one needs, the program included."""
    guest = GUESTS["interpreter-O3"]
    wasm = guest.wasm().read_bytes()
    theirs = machines.program(wasm, DEFAULT, _ARCHITECTURE)
    without = machines.named(NATIVE, compiler=False)
    there = machines.there(_ARCHITECTURE, theirs)
    with Journey(guest.workload()) as journey:
        assert journey.start(there, 25).stopped
        answer = journey.go_on(Side(without, theirs, preparer=machines.named(_ARCHITECTURE, compiler=True)))
        assert not answer.notes
        ours = machines.here(machines.program(wasm, DEFAULT, NATIVE))
        assert journey.outcome(answer) == Crossing(guest.workload(), ours, there).unbroken
