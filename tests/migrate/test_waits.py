"""memory.atomic.wait: by itself, woken by the host, and interrupted by a checkpoint."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

import mvvm
from mvvm.abi.view import AT
from mvvm.errors import Trap
from tests.migrate.guests import func, load

_SECOND = 1_000_000_000  # in nanoseconds

# The result of the wait is in the middle of a sum, whose other operands lie on the stack meanwhile.
_WAIT = b"""(module
  (memory (export "memory") 1 1 shared)
  (memory $wide i64 1 1 shared)
  (memory $mine 1)
  (func $outer (export "wait32") (param $expected i32) (param $timeout i64) (result i32)
    (i32.add (i32.const 100) (call $wait (local.get $expected) (local.get $timeout))))
  (func $wait (param $expected i32) (param $timeout i64) (result i32)
    (i32.add (i32.mul (local.get $expected) (i32.const 10))
      (memory.atomic.wait32 offset=8 (i32.const 8) (local.get $expected) (local.get $timeout))))
  (func (export "wait64") (param i64 i64 i64) (result i32)
    (memory.atomic.wait64 $wide (local.get 0) (local.get 1) (local.get 2)))
  (func (export "unshared") (result i32)
    (memory.atomic.wait32 $mine (i32.const 0) (i32.const 0) (i64.const 0)))
  (func (export "notify") (param i32) (result i32) (memory.atomic.notify $mine (local.get 0) (i32.const 1))))"""


def _later(what: Callable[[], object], seconds: float = 0.2) -> threading.Timer:
    timer = threading.Timer(seconds, what)
    timer.start()
    return timer


def test_what_a_wait_gives_and_its_traps() -> None:
    instance = mvvm.Instance(load(_WAIT))
    assert func(instance, "wait32")(1, -1) == 111
    assert func(instance, "wait64")(8, 0, 1000) == 2
    assert func(instance, "wait64")(8, 1 << 40, -1) == 1
    assert func(instance, "notify")(4) == 0
    for name, args, message in (
        ("wait64", (4, 0, 0), "unaligned atomic"),
        ("wait64", (65536, 0, 0), "out of bounds memory access"),
        ("wait64", (-8, 0, 0), "out of bounds memory access"),
        ("notify", (2,), "unaligned atomic"),
        ("notify", (65536,), "out of bounds memory access"),
        ("unshared", (), "expected shared memory"),
    ):
        with pytest.raises(Trap, match=message):
            func(instance, name)(*args)


def test_the_host_wakes_who_waits() -> None:
    instance = mvvm.Instance(load(_WAIT))
    woken: list[int] = []
    timer = _later(lambda: woken.append(instance.memories[0].waiters.notify(16, 5)))
    assert func(instance, "wait32")(0, -1) == 100
    timer.join()
    assert woken == [1]
    assert instance.memories[0].waiters.notify(16, 5) == 0


@pytest.mark.parametrize("timeout", [-1, 600 * _SECOND])
def test_a_wait_is_stopped_and_made_anew_with_what_is_left(timeout: int) -> None:
    program = load(_WAIT)
    instance = mvvm.Instance(program)
    _later(lambda: mvvm.request(instance))
    snapshot = mvvm.checkpoint(func(instance, "wait32"), 0, timeout)
    innermost = snapshot.view.frames[0]
    assert (innermost.kind, [type_ for type_, _ in innermost.stack]) == (AT, ["i", "i", "i", "I"])
    left = innermost.stack[-1][1]
    if timeout < 0:
        assert left == (1 << 64) - 1
    else:
        assert timeout - 60 * _SECOND < left <= timeout - _SECOND // 10
    # Again, in the continuation.
    restored = mvvm.restore(snapshot, program)
    _later(lambda: mvvm.request(restored.instance), 0.5)
    again = mvvm.checkpoint(restored)
    assert len(again.view.frames) == 2
    assert (again.view.frames[0].function, again.view.frames[0].pc) == (innermost.function, innermost.pc)
    restored = mvvm.restore(again, program)
    _later(lambda: restored.instance.memories[0].waiters.notify(16, 1), 0.5)
    assert restored() == 100


def test_a_restored_wait_times_out() -> None:
    program = load(_WAIT)
    instance = mvvm.Instance(program)
    _later(lambda: mvvm.request(instance))
    snapshot = mvvm.checkpoint(func(instance, "wait32"), 0, 2 * _SECOND)
    began = time.monotonic()
    assert mvvm.restore(snapshot, program)() == 102
    assert time.monotonic() - began < 60
