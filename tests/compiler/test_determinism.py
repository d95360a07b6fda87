"""Equal modules and equal options give equal bytes, however many processes compile."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from typing import Any

import pytest

import mvvm
from mvvm.compiler import read_valid_module
from mvvm.passes import partition
from tests.compiler.wat import binary


def _many_functions(count: int) -> str:
    """Functions that call each other and use everything that is numbered on the way."""
    lines = [
        "(module (memory 1) (type $t (func (param i32) (result i32))) (table 4 funcref) (elem (i32.const 3) $triple)",
        "(func $triple (type $t) (i32.mul (local.get 0) (i32.const 3)))",
    ]
    for i in range(count):
        callee = f"(call $f{i - 1} (local.get 0))" if i else "(local.get 0)"
        lines.append(f"""(func $f{i} (export "f{i}") (param i32) (result i32) (local f64 i64)
          (local.set 1 (f64.sqrt (f64.load offset={8 * i} (i32.and (local.get 0) (i32.const 255)))))
          (if (i32.gt_s (local.get 0) (i32.const {i})) (then (local.set 2 (i64.const {i * 7919}))))
          (i64.store (i32.const {8 * i}) (i64.add (local.get 2) (i64.trunc_sat_f64_s (local.get 1))))
          (i32.add {callee} (call_indirect (type $t) (i32.const {i}) (i32.const 3))))""")
    return "\n".join([*lines, ")"])


@pytest.fixture
def small_partitions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "_PARTITION_BYTES", 300)


@pytest.mark.usefixtures("small_partitions")
def test_one_process_or_two_and_one_run_or_two() -> None:
    wasm = binary(_many_functions(40))
    assert len(partition.cut(read_valid_module(wasm))) > 5
    first = mvvm.compile(wasm, jobs=1)
    assert mvvm.compile(wasm, jobs=1) == first
    assert mvvm.compile(wasm, jobs=2) == first


def test_another_process_with_other_hashes() -> None:
    wasm = binary(_many_functions(10))
    script = "import hashlib, sys, mvvm; print(hashlib.sha256(mvvm.compile(sys.stdin.buffer.read())).hexdigest())"
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            input=wasm,
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout.decode()
        for seed in "12"
    }
    assert digests == {sha256(mvvm.compile(wasm)).hexdigest() + "\n"}


@pytest.mark.parametrize("opt_level", [0, 1, 2, 3])
def test_partitions_change_nothing_in_what_a_program_does(opt_level: int, monkeypatch: pytest.MonkeyPatch) -> None:
    wasm = binary(_many_functions(12))
    options = mvvm.CompileOptions(opt_level=opt_level)
    results = []
    for size in (100, 1 << 20):
        monkeypatch.setattr(partition, "_PARTITION_BYTES", size)
        guest: Any = mvvm.Instance(mvvm.load(mvvm.compile(wasm, options, jobs=1))).exports
        results.append([guest[f"f{i}"](i * 5) for i in range(12)])
    assert results[0] == results[1]
    assert results[0][3] == 15 + 3 * (0 + 1 + 2 + 3)


def test_progress_counts_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "_PARTITION_BYTES", 300)
    seen: list[tuple[int, int]] = []
    report: dict[str, float] = {}
    mvvm.compile(binary(_many_functions(10)), jobs=1, progress=lambda *now: seen.append(now), report=report)
    done = [now for now, _ in seen]
    assert done == sorted(set(done))
    assert {total for _, total in seen} == {done[-1]}
    assert report["wasm instructions"] > 100
