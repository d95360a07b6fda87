"""Big-endian: what code for s390x does on an emulated machine, and programs that go there and come back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mvvm
from mvvm.options import CompileOptions, Policy, Target
from tests.cross import api_driver, suite_there
from tests.cross.crossing import Crossing
from tests.cross.machine import NATIVE
from tests.cross.machines import Machines
from tests.torture.guests import GUESTS, Guest
from tests.torture.plan import Build, sample
from tests.worlds import world

_ARCHITECTURE = "s390x"
# What goes to memory and comes back, where lanes are, calls, traps, exceptions.
_FILES = [
    "address.wast", "align.wast", "call_indirect.wast", "endianness.wast", "f32_bitwise.wast", "float_memory.wast",
    "global.wast", "memory_trap.wast", "traps.wast", "proposals/threads/atomic.wast",
    "simd_conversions.wast", "simd_i16x8_extmul_i8x16.wast", "simd_i32x4_extadd_pairwise_i16x8.wast", "simd_lane.wast",
    "simd_load16_lane.wast", "simd_load32_lane.wast", "simd_load_extend.wast", "simd_load_splat.wast",
    "simd_load_zero.wast", "simd_splat.wast", "simd_store.wast", "simd_store8_lane.wast", "simd_store64_lane.wast",
    "return_call.wast", "throw.wast", "throw_ref.wast", "try_table.wast", "legacy/rethrow.wast", "legacy/throw.wast",
    "legacy/try_catch.wast", "legacy/try_delegate.wast",
]  # fmt: skip
# Values of every type in every place that a stable point knows of, memories and tables that change, floats, files,
# exceptions.
_GUESTS = (
    "signatures", "operand_types", "memories", "byte_pages", "segments", "tables", "globals", "nan_payloads",
    "wide_stack", "deep_recursion-O3", "memory_grow-O3", "floats-O3", "function_pointers-O3", "reductions-O3",
    "files-O3", "exceptions", "exnrefs", "uncaught", "legacy_exceptions", "likewise", "thrown_tail_calls",
)  # fmt: skip
_HERE, _THERE = Build(Policy.COUNTER_LOOP), Build(Policy.LOOP, 0)


@pytest.mark.parametrize("build", [Build(Policy.NONE), Build(Policy.LOOP, 0)], ids=lambda build: build.id)
def test_calls_and_traps_are_as_here(build: Build, tmp_path: Path) -> None:
    """Arguments and results of both directions, globals, memory, traps of each kind with their backtraces."""
    there = _compile(tmp_path / "there.aot", Target.parse(_ARCHITECTURE), build)
    here = _compile(tmp_path / "here.aot", Target.parse(), build)
    done = world(_ARCHITECTURE, compiler=False).run("python3", api_driver.__file__, there)
    assert done.returncode == 0, done.stderr.decode()
    (found,) = json.loads(done.stdout)
    expected = json.loads(json.dumps(api_driver.run(str(here))))
    assert {name: value for name, value in found.items() if value != expected[name]} == {}
    assert found.keys() == expected.keys()
    assert found["load half behind it"] == [2, "inner", "middle", "outer"]
    assert found["endless recursion"][:3] == [9, "recurse", "recurse"]


@pytest.mark.parametrize("guest", [GUESTS[name] for name in _GUESTS], ids=lambda guest: guest.id)
def test_guests_go_there_and_come_back(machines: Machines, guest: Guest) -> None:
    """In the same build on both sides, and from another one there."""
    wasm, workload = guest.wasm().read_bytes(), guest.workload()
    ours = machines.program(wasm, _HERE, NATIVE, _ARCHITECTURE)
    here, there = machines.here(ours), machines.there(_ARCHITECTURE, ours)
    crossing = Crossing(workload, here, there, same_memory=guest.same_memory)
    total, theirs = crossing.numbers_of_points()
    assert total == theirs
    middle = list(sample(total, 3, guest.id))[1:2]
    assert crossing.go_both_ways(middle) == 1
    other = machines.there(_ARCHITECTURE, machines.program(wasm, _THERE, _ARCHITECTURE))
    assert Crossing(workload, here, other, same_memory=guest.same_memory).go_here(middle) == 1


def test_a_guest_changes_sides_again_and_again(machines: Machines) -> None:
    guest = GUESTS["operand_types"]
    aot = machines.program(guest.wasm().read_bytes(), _HERE, NATIVE, _ARCHITECTURE)
    crossing = Crossing(guest.workload(), machines.here(aot), machines.there(_ARCHITECTURE, aot))
    total, _ = crossing.numbers_of_points()
    assert len(crossing.ping_pong(total // 6, 12)) >= 5


def test_the_reference_suite_passes_there(tmp_path: Path) -> None:
    """A choice of its files; `python -m tests.cross.suite_there s390x` runs them all."""
    ran = suite_there.run(_ARCHITECTURE, _FILES, tmp_path)
    assert [surprise for file in ran for surprise in file.surprises] == []
    assert [file.file for file in ran] == _FILES


def _compile(path: Path, target: Target, build: Build) -> Path:
    options = CompileOptions(build.opt_level, target, checkpoint=build.policy)
    path.write_bytes(mvvm.compile(api_driver.WAT.encode(), options))
    return path
