"""One run that changes machines again and again does what it does if nothing stops it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

import mvvm
from mvvm.abi.view import Frame
from mvvm.options import Policy, Target
from tests.cross.crossing import Crossing
from tests.cross.machine import NATIVE
from tests.cross.machines import ARCHITECTURES, Machines
from tests.cross.plan import DEFAULT
from tests.programs.compiled import compiled
from tests.programs.workloads import WORKLOADS, Workload
from tests.torture.guests import GUESTS
from tests.torture.plan import FULL

_everywhere = pytest.mark.parametrize("architecture", ARCHITECTURES)
_CHANGES = 10
_THRESHOLD_BITS = 6
# Optimization levels, here and there. A large function takes LLVM a while each time it is entered at another place,
# and more so the harder it tries.
_PROGRAMS = {"lua-strings": (0, 3), "lua-gc": (3, 0), "sqlite-joins": (0, 0), "qjs-data": (0, 0)}
_CHOSEN = [
    workload
    for workload in WORKLOADS
    if workload.id in _PROGRAMS or (FULL and workload.program in ("lua", "sqlite", "qjs", "bzip2", "zstd"))
]


@_everywhere
@pytest.mark.parametrize("name", ["long_sort-O3", "recursive_loops-O3", "mutual_recursion-O3", "operand_types"])
def test_guest(machines: Machines, name: str, architecture: str) -> None:
    """All is prepared on this machine, for both sides: no compiler runs where the program does."""
    guest = GUESTS[name]
    aot = machines.program(guest.wasm().read_bytes(), DEFAULT, NATIVE, architecture)
    crossing = Crossing(guest.workload(), machines.here(aot, compiler=False), machines.there(architecture, aot))
    assert len(_change_sides(crossing)) >= _CHANGES


@_everywhere
def test_frames_that_are_not_reached_stay_as_they_are(machines: Machines, architecture: str) -> None:
    """A deep recursion is left frame by frame: the outer ones travel all the way before they go on."""
    guest = GUESTS["deep_recursion-O3"]
    aot = machines.program(guest.wasm().read_bytes(), DEFAULT, NATIVE, architecture)
    crossing = Crossing(guest.workload(), machines.here(aot), machines.there(architecture, aot))
    stops = _change_sides(crossing)
    assert len(stops) >= _CHANGES
    changes = [untouched(before, after) for before, after in pairwise(stops)]
    assert max(changes) > 40
    # Most that a stop finds are frames which no code of the machine before has run.
    assert sum(count > 5 for count in changes) >= _CHANGES - 4


@_everywhere
@pytest.mark.parametrize("workload", _CHOSEN, ids=lambda workload: workload.id)
def test_real_program(machines: Machines, workload: Workload, architecture: str) -> None:
    levels = (3, 3) if FULL else _PROGRAMS[workload.id]
    ours, theirs = (
        compiled(
            workload.program,
            mvvm.CompileOptions(
                level, Target.parse(name), checkpoint=Policy.COUNTER_LOOP, threshold_bits=_THRESHOLD_BITS
            ),
        )
        for level, name in zip(levels, (NATIVE, architecture), strict=True)
    )
    # They keep seeds that they make of the time of day, so no two runs leave the same memory.
    crossing = Crossing(workload, machines.here(ours), machines.there(architecture, theirs), same_memory=False)
    stops = _change_sides(crossing)
    assert len(stops) >= _CHANGES
    assert max(untouched(before, after) for before, after in pairwise(stops)) > 2


def untouched(before: Sequence[Frame], after: Sequence[Frame]) -> int:
    """How many frames, from the outermost on, are the same at two stops."""
    count = 0
    for one, other in zip(reversed(before), reversed(after), strict=False):
        if one != other:
            break
        count += 1
    return count


def _change_sides(crossing: Crossing) -> list[list[Frame]]:
    """Ping-pong, a few times more than is asked for."""
    total, _ = crossing.numbers_of_points()
    # After a stop a loop that looks out once in many iterations begins to count anew.
    return crossing.ping_pong(total // (_CHANGES + 2), at_most=3 * _CHANGES)
