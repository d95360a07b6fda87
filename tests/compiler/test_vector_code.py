"""Loops that have stable points are vectorized where LLVM would do so without, on every target.

The machine code shows it: packed arithmetic between the two ends of a backward branch.
"""

from __future__ import annotations

import re

import pytest

import mvvm
from mvvm.aot.disassemble import disassemble
from mvvm.aot.machines import MACHINES
from mvvm.options import CompileOptions, Policy, Target
from mvvm.runtime.aot_contents import AotContents

# Loops as a C compiler leaves them: of addresses, or of a counter; float sums are not associative, so there is none.
_SUM_I32 = """(func (param $at i32) (param $n i32) (result i32) (local $sum i32)
  (if (local.get $n) (then (loop $again
    (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
    (local.set $at (i32.add (local.get $at) (i32.const 4)))
    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
  (local.get $sum))"""
_SAXPY_F32 = """(func (param $a f32) (param $x i32) (param $y i32) (param $n i32)
  (block $done (loop $again
    (br_if $done (i32.eqz (local.get $n)))
    (f32.store (local.get $y)
      (f32.add (f32.load (local.get $y)) (f32.mul (local.get $a) (f32.load (local.get $x)))))
    (local.set $x (i32.add (local.get $x) (i32.const 4)))
    (local.set $y (i32.add (local.get $y) (i32.const 4)))
    (local.set $n (i32.sub (local.get $n) (i32.const 1)))
    (br $again))))"""
_JACOBI_F64 = """(func (param $steps i32) (local $i i32) (local $j i32) (local $row i32)
  (loop $step
    (local.set $i (i32.const 1))
    (loop $rows
      (local.set $row (i32.mul (local.get $i) (i32.const 2400)))
      (local.set $j (i32.const 8))
      (loop $columns
        (f64.store offset=800000 (i32.add (local.get $row) (local.get $j))
          (f64.mul (f64.const 0.2) (f64.add
            (f64.add (f64.load offset=8 (i32.add (local.get $row) (local.get $j)))
                     (f64.load offset=16 (i32.add (local.get $row) (local.get $j))))
            (f64.load offset=4800 (i32.add (local.get $row) (local.get $j))))))
        (br_if $columns (i32.ne (local.tee $j (i32.add (local.get $j) (i32.const 8))) (i32.const 2392))))
      (br_if $rows (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 299))))
    (br_if $step (local.tee $steps (i32.sub (local.get $steps) (i32.const 1))))))"""
_WIDE_SUM = """(func (param $at i64) (param $n i64) (result i32) (local $sum i32)
  (loop $again
    (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
    (local.set $at (i64.add (local.get $at) (i64.const 4)))
    (br_if $again (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0))))
  (local.get $sum))"""
_KERNELS = {"sum": _SUM_I32, "saxpy": _SAXPY_F32, "jacobi": _JACOBI_F64}
# Arithmetic on whole vectors; moves are not enough.
_PACKED = {
    "x86_64": re.compile(r"v?(paddd|addps|mulps|addpd|mulpd|fm(add|sub)\d+p[sd]) "),
    "aarch64": re.compile(r"(add|fadd|fmul|fmla) v\d+\.(4s|2d)"),
}
_BRANCH = re.compile(r"(j\w+|b\.?\w*|cbn?z \w+,|tbn?z .*,) ?#?(0x[0-9a-f]+)$")


def _has_vector_loop(kernel: str, architecture: str, policy: Policy) -> bool:
    return _is_vectorized(f"(memory 100) {_KERNELS[kernel]}", architecture, policy)


def _is_vectorized(module: str, architecture: str, policy: Policy) -> bool:
    wat = f"(module {module})".replace("(func ", '(func (export "f") ', 1)
    options = CompileOptions(target=Target.parse(architecture), checkpoint=policy)
    aot = AotContents(mvvm.compile(wat.encode(), options))
    offset = aot.functions.functions[0]
    code = list(disassemble(MACHINES[architecture], aot.code(offset), offset))
    packed = [at for at, _, text in code if _PACKED[architecture].match(text)]
    for at, _, text in code:
        branch = _BRANCH.match(text)
        if branch and any(int(branch[2], 16) <= inside < at for inside in packed):
            return True
    return False


@pytest.mark.parametrize("architecture", sorted(_PACKED))
@pytest.mark.parametrize("kernel", _KERNELS)
def test_strips_are_vectorized_as_plain_loops_are(kernel: str, architecture: str) -> None:
    for policy in (Policy.NONE, Policy.FUNCTION, Policy.COUNTER_LOOP):
        assert _has_vector_loop(kernel, architecture, policy)


@pytest.mark.parametrize("architecture", sorted(_PACKED))
@pytest.mark.parametrize("kernel", _KERNELS)
def test_loops_that_look_out_each_time_are_not(kernel: str, architecture: str) -> None:
    assert not _has_vector_loop(kernel, architecture, Policy.LOOP)


@pytest.mark.parametrize("architecture", sorted(_PACKED))
def test_a_loop_that_only_reads_is_vectorized_among_dirty_ones(architecture: str) -> None:
    assert _has_vector_loop("sum", architecture, Policy.LOOP_DIRTY)
    assert not _has_vector_loop("saxpy", architecture, Policy.LOOP_DIRTY)


@pytest.mark.parametrize("architecture", sorted(_PACKED))
def test_a_check_of_64_bit_addresses_does_not_keep_a_loop_from_it(architecture: str) -> None:
    for policy in (Policy.NONE, Policy.COUNTER_LOOP):
        assert _is_vectorized(f"(memory i64 100) {_WIDE_SUM}", architecture, policy)
