"""Checkpoints that fail: the program goes on where it was stopped, to the same end."""

from __future__ import annotations

from pathlib import Path

import pytest

import mvvm
from mvvm.errors import CheckpointFailed, UsageError
from tests.migrate.guests import MEMORY, func, load

# Counts down in a function that it calls, with an object of the host on its operand stack all the while.
_HOLDER = b"""(module
  (import "host" "object" (func $object (result externref)))
  (global $n (mut i32) (i32.const 0))
  (func $step (param i32) (result i32)
    (loop $l
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (global.get $n))
  (func (export "work") (param i32) (result externref i32 i32)
    (call $object)
    (call $step (local.get 0))
    (call $step (local.get 0)))
  (func (export "none") (result i32) (call $step (i32.const 2))))"""


def _failed(call: mvvm.Func | mvvm.Restored, *args: object, **options: object) -> mvvm.Restored:
    with pytest.raises(CheckpointFailed) as caught:
        mvvm.checkpoint(call, *args, **options)  # type: ignore[arg-type]
    restored = caught.value.restored
    assert isinstance(restored, mvvm.Restored)
    return restored


def _holder(thing: object) -> mvvm.Instance:
    return mvvm.Instance(load(_HOLDER), {"host": {"object": mvvm.Func(mvvm.FuncType("", "x"), lambda: thing)}})


@pytest.mark.parametrize("count", range(2, 8))
def test_what_holds_an_object_of_the_host_goes_on(count: int) -> None:
    thing = ["an object"]
    instance = _holder(thing)
    restored = _failed(func(instance, "work"), 3, count=count)
    assert restored.instance is instance
    result = restored()
    assert result == (thing, 3, 6)
    assert isinstance(result, tuple)
    assert result[0] is thing
    with pytest.raises(UsageError, match="went on already"):
        restored()
    # Nothing is left of the stop: neither frames nor a request.
    assert func(instance, "work")(1) == (thing, 7, 8)
    assert mvvm.restore(mvvm.checkpoint(func(instance, "none"), count=2), load(_HOLDER), _imports())() == 10


def _imports() -> dict[str, dict[str, mvvm.Func]]:
    return {"host": {"object": mvvm.Func(mvvm.FuncType("", "x"), lambda: None)}}


def test_it_fails_again_and_again() -> None:
    thing = object()
    restored = _failed(func(_holder(thing), "work"), 3, count=2)
    for _ in range(5):
        restored = _failed(restored, count=1)
    with pytest.raises(mvvm.Finished) as finished:
        mvvm.checkpoint(restored, count=100)
    assert finished.value.result == (thing, 3, 6)


@pytest.mark.parametrize("count", [1, 30, 39])
def test_where_nothing_can_be_written_it_goes_on(tmp_path: Path, count: int) -> None:
    program = load(MEMORY)
    whole = func(mvvm.Instance(program), "work")(40)
    for path in (tmp_path / "missing" / "x", tmp_path):
        instance = mvvm.Instance(program)
        restored = _failed(func(instance, "work"), 40, count=count, path=path)
        assert restored.instance is instance
        assert restored() == whole
    # Or is saved elsewhere, before it goes on.
    restored = _failed(func(mvvm.Instance(program), "work"), 40, count=count, path=tmp_path)
    snapshot = mvvm.checkpoint(restored, count=0, path=tmp_path / "x")
    assert mvvm.restore(snapshot, program)() == whole
