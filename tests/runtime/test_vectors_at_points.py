"""Vector registers keep what they hold where a program looks out and is not stopped.

LLVM clears the upper halves of vector registers before calls (`vzeroupper`), of mvvm_stable_point too, which preserves
all registers: what lives in them across a stable point would be lost. Without the feature `-vzeroupper` in
mvvm.passes.optimize these tests fail: for the default CPU, whose vectors live in strips, "i32 1", "i32 8", "f32 scaled"
and "f64 scaled"; and the last one.
"""

from __future__ import annotations

import struct
from functools import cache

import pytest

import mvvm
from mvvm.aot.disassemble import disassemble
from mvvm.aot.machines import MACHINES
from mvvm.options import CompileOptions, Policy, Target
from mvvm.runtime.aot_contents import AotContents

_NEVER = 1 << 40  # stable points
_SIZE = 1 << 16  # bytes that are worked on, from 0 and from here on


def _reduction(type_: str, parts: int) -> str:
    """A function that adds up, in as many locals as there are `parts`, each multiplied by what it is given."""
    size = int(type_[1:]) // 8
    steps = "".join(
        f"""(local.set $sum{part} ({type_}.add (local.get $sum{part})
          ({type_}.mul (local.get $factor) ({type_}.load offset={part * size} (local.get $at)))))"""
        for part in range(parts)
    )
    total = f"({type_}.const 0)"
    stores = ""  # side by side, so that LLVM keeps the parts in one register
    for part in range(parts):
        stores += f"({type_}.store offset={_SIZE + part * size} (i32.const 0) (local.get $sum{part}))"
        total = f"({type_}.add ({type_}.mul {total} ({type_}.const 3)) (local.get $sum{part}))"
    return f"""
  (func (export "{type_} {parts}") (param $factor {type_}) (result {type_})
    (local $at i32) {" ".join(f"(local $sum{part} {type_})" for part in range(parts))}
    (loop $again
      {steps}
      (local.set $at (i32.add (local.get $at) (i32.const {parts * size})))
      (br_if $again (i32.lt_u (local.get $at) (i32.const {_SIZE}))))
    {stores} {total})"""


def _scaling(type_: str) -> str:
    """A function that adds multiples of one vector to another, and then adds that up."""
    size = int(type_[1:]) // 8
    return f"""
  (func (export "{type_} scaled") (param $factor {type_}) (result {type_}) (local $at i32) (local $sum {type_})
    (loop $again
      ({type_}.store offset={_SIZE} (local.get $at)
        ({type_}.add ({type_}.load offset={_SIZE} (local.get $at))
          ({type_}.mul (local.get $factor) ({type_}.load (local.get $at)))))
      (local.set $at (i32.add (local.get $at) (i32.const {size})))
      (br_if $again (i32.lt_u (local.get $at) (i32.const {_SIZE}))))
    (local.set $at (i32.const 0))
    (loop $again
      (local.set $sum ({type_}.add (local.get $sum) ({type_}.load offset={_SIZE} (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const {size})))
      (br_if $again (i32.lt_u (local.get $at) (i32.const {_SIZE}))))
    (local.get $sum))"""


_VECTORS = f"""
  (func (export "f32 vectors") (param $factor f32) (result f32)
    (local $at i32) (local $sum v128) (local $bits v128) (local $by v128)
    (local.set $by (f32x4.splat (local.get $factor)))
    (loop $again
      (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $by) (v128.load (local.get $at)))))
      (local.set $bits (i32x4.add (local.get $bits) (v128.load offset=16 (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 32)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const {_SIZE}))))
    (f32.add (f32.convert_i32_u (i32x4.extract_lane 3 (local.get $bits)))
      (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32x4.extract_lane 3 (local.get $sum)))))"""
_KERNELS = {
    "f32 vectors": _VECTORS,
    "i32 1": _reduction("i32", 1),
    "i32 8": _reduction("i32", 8),
    "f32 8": _reduction("f32", 8),
    "f64 4": _reduction("f64", 4),
    "f32 scaled": _scaling("f32"),
    "f64 scaled": _scaling("f64"),
}
_WAT = f"""(module (memory (export "memory") {2 * _SIZE >> 16}) {"".join(_KERNELS.values())})"""


@cache
def _file(cpu: str | None, policy: Policy) -> bytes:
    options = CompileOptions(target=Target.parse(cpu_name=cpu), checkpoint=policy, threshold_bits=6)
    return mvvm.compile(_WAT.encode(), options, jobs=1)


def _call(cpu: str | None, policy: Policy, kernel: str) -> mvvm.Func:
    """A kernel of a new instance, in whose memory are numbers whose sums show which of them are missing."""
    instance = mvvm.Instance(mvvm.load(_file(cpu, policy)))
    code = {"i32": "I", "f32": "f", "f64": "d"}[kernel[:3]]
    numbers = [n * 37 % 1009 for n in range(_SIZE // struct.calcsize(code))]
    instance.memories[0].view[:_SIZE] = struct.pack(f"<{len(numbers)}{code}", *numbers)
    function = instance.exports[kernel]
    assert isinstance(function, mvvm.Func)
    return function


@pytest.mark.parametrize("policy", [Policy.COUNTER_LOOP, Policy.LOOP])
@pytest.mark.parametrize("kernel", _KERNELS)
@pytest.mark.parametrize("cpu", [None, "native"])
def test_sums_are_the_same_where_each_stable_point_is_counted(cpu: str | None, kernel: str, policy: Policy) -> None:
    """Each stable point calls mvvm_stable_point, and none stops."""
    plain = _call(cpu, policy, kernel)(7)
    with pytest.raises(mvvm.Finished) as finished:
        mvvm.checkpoint(_call(cpu, policy, kernel), 7, count=_NEVER)
    assert finished.value.result == plain
    assert plain == _call(cpu, Policy.NONE, kernel)(7)


def test_upper_halves_are_cleared_where_guest_code_is_left_and_nowhere_else() -> None:
    target = Target.parse("x86_64", "x86-64-v3")
    aot = AotContents(mvvm.compile(_WAT.encode(), CompileOptions(target=target, checkpoint=Policy.COUNTER_LOOP)))
    machine = MACHINES["x86_64"]
    offsets = aot.functions.functions
    guest = [text for offset in offsets for _, _, text in disassemble(machine, aot.code(offset), offset)]
    assert any("ymm" in text for text in guest)
    assert not any("vzeroupper" in text for text in guest)
    whole = [text for _, _, text in disassemble(machine, bytes(aot.text.contents), 0)]
    assert "vzeroupper" in whole
