"""The tests here can fail: what goes wrong on the way, or on a machine, is seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import mvvm
from mvvm.abi.view import View
from mvvm.migrate.snapshot import Snapshot
from tests.cross import machine as machine_module
from tests.cross.crossing import Crossing
from tests.cross.journey import Journey, Side
from tests.cross.machine import NATIVE, Machine
from tests.cross.machines import Machines
from tests.cross.plan import DEFAULT
from tests.torture.guests import GUESTS
from tests.torture.plan import Build

_GUEST = GUESTS["deep_recursion-O3"]
_ARCHITECTURE = "aarch64"


def _change_operand(view: View) -> None:
    ((type_, bits),) = view.frames[3].stack
    view.frames[3].stack[0] = type_, bits ^ 1


def _change_local(view: View) -> None:
    frame = view.frames[-2]
    (type_, depth) = frame.locals[0]
    frame.locals[0] = type_, depth + 8  # eight frames more in the second recursion


def _drop_frame(view: View) -> None:
    del view.frames[5]


def _change_global(view: View) -> None:
    type_, bits = view.globals[0]
    view.globals[0] = type_, bits - 64


def _nothing(_: View) -> None:
    pass


@pytest.mark.parametrize("change", [_change_operand, _change_local, _drop_frame, _change_global, _nothing])
def test_state_that_is_changed_on_the_way(machines: Machines, change: Callable[[View], None]) -> None:
    aot = machines.program(_GUEST.wasm().read_bytes(), DEFAULT, NATIVE, _ARCHITECTURE)
    here, there = machines.here(aot), machines.there(_ARCHITECTURE, aot)
    with Journey(_GUEST.workload()) as journey:
        assert journey.start(here, 20).stopped
        _rewrite(journey.snapshot, aot, change)
        outcome = journey.outcome(journey.go_on(there))
    unbroken = Crossing(_GUEST.workload(), here, there).unbroken
    assert (outcome == unbroken) == (change is _nothing)
    assert bool(outcome.differences(unbroken)) == (outcome != unbroken)


def test_views_that_differ(machines: Machines) -> None:
    """Two builds that are not stopped at the same places."""
    wasm, guest = GUESTS["long_sort-O3"].wasm().read_bytes(), GUESTS["long_sort-O3"]
    builds = [machines.program(wasm, build, NATIVE) for build in (DEFAULT, Build(DEFAULT.policy, 3, 4))]
    crossing = Crossing(guest.workload(), *(machines.here(aot) for aot in builds))
    with pytest.raises(AssertionError, match="a stop at 100 on both sides"):
        crossing.go_both_ways([100])


def test_program_that_does_something_else(machines: Machines) -> None:
    sides = [
        machines.here(machines.program(GUESTS[name].wasm().read_bytes(), DEFAULT, NATIVE))
        for name in ("long_sort-O3", "long_sort-O1")
    ]
    workload = GUESTS["long_sort-O3"].workload()
    assert Crossing(workload, *sides).numbers_of_points()
    other = Side(sides[0].machine, machines.program(_GUEST.wasm().read_bytes(), DEFAULT, NATIVE))
    with pytest.raises(AssertionError, match="stdout"):
        Crossing(workload, sides[0], other).numbers_of_points()


def test_request_that_fails(machines: Machines, tmp_path: Path) -> None:
    machine = machines.named(NATIVE, compiler=True)
    missing = tmp_path / "missing.aot"
    with pytest.raises(AssertionError, match=r"InputError: .*missing.aot: No such file"):
        machine.start(None, missing)
    assert machine.architecture == NATIVE


def test_machine_that_dies() -> None:
    machine = Machine(["sh", "-c", "read line; echo why >&2; exit 3"], {})
    with pytest.raises(AssertionError, match=r"about.*:\nthe agent ended with 3\nwhy"), machine:
        pass


def test_machine_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_module, "_TIMEOUT", 0.1)
    machine = Machine(["sh", "-c", "read line; trap 'echo here >&2' USR2; sleep 100"], {})
    with pytest.raises(AssertionError, match="gave no answer"), machine:
        pass


def _rewrite(path: Path, aot: Path, change: Callable[[View], None]) -> None:
    """Change what is in a snapshot."""
    snapshot = Snapshot.open(path)
    change(snapshot.view)
    with Path("/dev/null").open("r+b") as null:
        fd = null.fileno()
        restored = mvvm.restore(snapshot, mvvm.load(aot), stdin=fd, stdout=fd, stderr=fd)
        mvvm.checkpoint(restored, count=0, path=path)
        assert restored.instance.wasi is not None
        restored.instance.wasi.close()
