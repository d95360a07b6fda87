"""Small modules that are stopped from Python."""

from __future__ import annotations

import functools

import mvvm

FACTORIAL = b"""(module
  (func $factorial (export "factorial") (param i64) (result i64)
    (if (result i64) (i64.eqz (local.get 0))
      (then (i64.const 1))
      (else (i64.mul (local.get 0) (call $factorial (i64.sub (local.get 0) (i64.const 1))))))))"""

MIXED = b"""(module
  (global $n (mut i32) (i32.const 0))
  (elem declare func $mixed)
  (func $step (loop $l
    (global.set $n (i32.add (global.get $n) (i32.const 1)))
    (br_if $l (i32.rem_u (global.get $n) (i32.const 3)))))
  (func $mixed (export "mixed") (param i32 i64 f32 f64) (result f64 i32 f32 i64)
    (f64.mul (local.get 3) (f64.const 3))
    (i32.add (local.get 0) (i32.const 3))
    (call $step)
    (f32.add (local.get 2) (f32.const 1))
    (call $step)
    (local.get 1))
  (func (export "nothing") (call $step))
  (func (export "reference") (result funcref) (ref.func $mixed) (call $step)))"""

# Calls itself to a depth, then spins; at a negative number it traps.
SPIN = b"""(module
  (global $n (mut i32) (i32.const 0))
  (func $spin (export "spin") (param i32) (result i32)
    (loop $l
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 0))
  (func $dive (export "dive") (param i32 i32) (result i32)
    (drop (call $spin (i32.const 3)))
    (if (i32.and (i32.eqz (local.get 0)) (i32.lt_s (local.get 1) (i32.const 0))) (then unreachable))
    (if (result i32) (local.get 0)
      (then (i32.add (i32.const 1) (call $dive (i32.sub (local.get 0) (i32.const 1)) (local.get 1))))
      (else (local.get 1)))))"""

# Works on two pages, of which the second is the host's, with a global, a table and a data segment that is dropped.
MEMORY = b"""(module
  (memory (export "memory") 2 20)
  (table 4 10 funcref)
  (elem (i32.const 1) $next)
  (data $seed "seed of the numbers")
  (global $sum (mut i64) (i64.const 0))
  (type $step (func (param i32) (result i32)))
  (func $next (type $step) (i32.add (i32.mul (local.get 0) (i32.const 1103515245)) (i32.const 12345)))
  (func $work (export "work") (param $left i32) (result i64) (local $x i32)
    (memory.init $seed (i32.const 0) (i32.const 0) (i32.const 16))
    (data.drop $seed)
    (local.set $x (i32.load (i32.const 4)))
    (loop $l
      (local.set $x (call_indirect (type $step) (local.get $x) (i32.const 1)))
      (i32.store offset=64 (i32.and (local.get $x) (i32.const 0x7ffc)) (local.get $x))
      (global.set $sum
        (i64.add (global.get $sum) (i64.load offset=64 (i32.and (local.get $x) (i32.const 0x7ff8)))))
      (br_if $l (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (global.get $sum)))"""


@functools.cache
def load(source: bytes) -> mvvm.Program:
    """A program that can be stopped after calls and in each iteration of its loops."""
    return mvvm.load(mvvm.compile(source, mvvm.CompileOptions(checkpoint=mvvm.Policy.LOOP)))


def func(instance: mvvm.Instance, name: str) -> mvvm.Func:
    """An exported function."""
    exported = instance.exports[name]
    assert isinstance(exported, mvvm.Func)
    return exported
