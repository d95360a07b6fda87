"""With stable points too, the bytes do not depend on who compiles; and labels depend on the module alone."""

from __future__ import annotations

import random
from typing import Any

import pytest

import mvvm
from mvvm import cpu
from mvvm.abi import elf, sections
from mvvm.compiler import read_valid_module
from mvvm.options import CompileOptions, Policy, Target
from mvvm.passes import partition
from mvvm.runtime.points import PointTable
from mvvm.wasm.code import LOOP
from tests.compiler.random_module import Size, write_module
from tests.compiler.wat import binary

_POLICIES = [policy for policy in Policy if policy != Policy.NONE]


def _wasm() -> bytes:
    return binary(write_module(random.Random(4).choice, Size(functions=10, statements=12, depth=3)).text)


def _labels(aot: bytes) -> list[tuple[int, dict[str, object]]]:
    """The points of a file by their byte in the module, with all that a snapshot has of them."""
    table = PointTable(bytes(elf.read(aot).section(sections.POINTS).contents))
    names = ("function", "locals", "types", "num_results", "next_pc", "table")
    return [(pc, {name: getattr(table.find(pc), name) for name in names}) for pc in table.pcs]


@pytest.mark.parametrize("policy", _POLICIES)
def test_one_process_or_two(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "_PARTITION_BYTES", 300)
    wasm = _wasm()
    assert len(partition.cut(read_valid_module(wasm))) > 3
    options = CompileOptions(opt_level=1, checkpoint=policy)
    first = mvvm.compile(wasm, options, jobs=1)
    assert mvvm.compile(wasm, options, jobs=1) == first
    assert mvvm.compile(wasm, options, jobs=2) == first


@pytest.mark.parametrize("policy", _POLICIES)
def test_labels_are_those_of_every_target_and_option(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    wasm = _wasm()
    variants: list[dict[str, Any]] = [{"opt_level": level} for level in range(4)]
    variants += [{"target": Target.parse(name)} for name in sorted(cpu.CPUS)]
    variants += [{"threshold_bits": 2}, {"aux_stack_check": False}, {"canonicalize_nans": True}]
    expected = _labels(mvvm.compile(wasm, CompileOptions(checkpoint=policy), jobs=1))
    assert len(expected) > 20
    for variant in variants:
        assert _labels(mvvm.compile(wasm, CompileOptions(checkpoint=policy, **variant), jobs=1)) == expected
    monkeypatch.setattr(partition, "_PARTITION_BYTES", 300)
    assert _labels(mvvm.compile(wasm, CompileOptions(checkpoint=policy), jobs=1)) == expected


def test_policies_differ_in_the_points_of_loops_only() -> None:
    wasm = _wasm()
    labels = {policy: _labels(mvvm.compile(wasm, CompileOptions(1, checkpoint=policy), jobs=1)) for policy in _POLICIES}
    assert labels[Policy.LOOP_DIRTY] == labels[Policy.COUNTER_LOOP]
    # Loops that each time pass a point after a call have one of their own where every loop has.
    covered = [item for item in labels[Policy.LOOP] if item not in labels[Policy.COUNTER_LOOP]]
    assert covered
    assert not any(point["next_pc"] for _, point in covered)
    assert len(labels[Policy.COUNTER_LOOP]) + len(covered) == len(labels[Policy.LOOP])
    functions_only = labels[Policy.FUNCTION]
    loops = {pc for pc, _ in labels[Policy.LOOP] if wasm[pc] == LOOP}
    assert not any(pc in loops for pc, _ in functions_only)
    assert {pc for pc, _ in functions_only} <= {pc for pc, _ in labels[Policy.LOOP]} - loops
    assert any(pc in loops for pc, _ in labels[Policy.COUNTER_LOOP])
