"""Exceptions that come to frames which have been taken up: from others by way of the host, and unchanged."""

from __future__ import annotations

import pytest

import mvvm

_OPTIONS = mvvm.CompileOptions(checkpoint=mvvm.Policy.COUNTER_LOOP, opt_level=1)


def _stopped_in_turn(wat: str, *args: object) -> object:
    """What `run` returns if it is stopped in the function `turn` and restored."""
    program = mvvm.load(mvvm.compile(wat.encode(), _OPTIONS, jobs=1))
    run = mvvm.Instance(program).exports["run"]
    assert isinstance(run, mvvm.Func)
    return mvvm.restore(mvvm.checkpoint(run, *args, function="turn"), program)()


_TURN = """
  (func $turn (local $i i32)
    (loop $l (br_if $l (i32.lt_u (local.tee $i (call $next (local.get $i))) (i32.const 9)))))
  (func $next (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))"""


@pytest.mark.parametrize("bits", [0x7F800001, 0xFFBFFFFF, 0x7FC12345])
def test_bits_of_nans(bits: int) -> None:
    wat = f"""(module {_TURN}
      (tag $f (param f32))
      (func $throws (call $turn) (throw $f (f32.reinterpret_i32 (i32.const {bits}))))
      (func (export "run") (result i32)
        (i32.reinterpret_f32
          (block $h (result f32) (try_table (catch $f $h) (call $throws)) (unreachable)))))"""
    assert _stopped_in_turn(wat) == (bits - (1 << 32) if bits >> 31 else bits)


def test_a_chain_that_is_deeper_than_the_stack_of_python() -> None:
    """Each exception holds the one before."""
    wat = f"""(module {_TURN}
      (tag $link (param exnref))
      (func $throws (param $n i32) (local $e exnref)
        (loop $l
          (block $h (result exnref exnref)
            (try_table (catch_ref $link $h) (throw $link (local.get $e))) (unreachable))
          (local.set $e) (drop)
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (call $turn)
        (throw_ref (local.get $e)))
      (func (export "run") (param $n i32) (result i32) (local $e exnref) (local $depth i32)
        (local.set $e (block $h (result exnref)
          (try_table (catch $link $h) (call $throws (local.get $n))) (unreachable)))
        (loop $l
          (local.set $depth (i32.add (local.get $depth) (i32.const 1)))
          (block $done
            (br_if $done (ref.is_null (local.get $e)))
            (local.set $e (block $h (result exnref)
              (try_table (catch $link $h) (throw_ref (local.get $e))) (unreachable)))
            (br $l)))
        (local.get $depth)))"""
    assert _stopped_in_turn(wat, 5000) == 5000
