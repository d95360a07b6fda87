"""What is the host's in a program that is stopped: functions, objects, memories, WASI."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest

import mvvm
from mvvm.errors import CheckpointFailed, LinkError, Trap, UsageError
from mvvm.runtime.command import instantiate
from tests.migrate.guests import func, load

# Calls the host, which may call back.
_CALLER = b"""(module
  (import "host" "f" (func $f (param i32) (result i32)))
  (import "host" "wide" (func $wide (param i64 f64) (result f64 i64)))
  (func $step (param i32) (result i32) (i32.add (call $f (local.get 0)) (i32.const 1)))
  (func (export "back") (param i32) (result i32)
    (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (i32.const 100))
  (func $sum (export "sum") (param i32) (result i32) (local $sum i32)
    (loop $l
      (local.set $sum (i32.add (local.get $sum) (call $step (local.get 0))))
      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get $sum))
  (func (export "wide") (param i64) (result f64 i64)
    (drop (call $step (i32.const 1)))
    (call $wide (local.get 0) (f64.const 0.5))))"""

_HOLDER = b"""(module
  (import "host" "object" (func $object (result externref)))
  (import "host" "f" (func $f))
  (global $kept (mut externref) (ref.null extern))
  (table $objects 2 externref)
  (func (export "in_global") (global.set $kept (call $object)) (call $f))
  (func (export "in_table") (table.set $objects (i32.const 1) (call $object)) (call $f))
  (func (export "on_stack") (result externref) (call $object) (call $f))
  (func (export "clear")
    (global.set $kept (ref.null extern)) (table.set $objects (i32.const 1) (ref.null extern)) (call $f)))"""

Imports = dict[str, dict[str, mvvm.Func]]


def _imports(f: Callable[[int], int]) -> Imports:
    def wide(number: int, factor: float) -> tuple[float, int]:
        return number * factor, number + 1

    functions = {"f": mvvm.Func(mvvm.FuncType("i", "i"), f)}
    return {"host": functions | {"wide": mvvm.Func(mvvm.FuncType("IF", "FI"), wide)}}


def _double(number: int) -> int:
    return 2 * number


def test_functions_are_given_again() -> None:
    program = load(_CALLER)
    call = func(mvvm.Instance(program, _imports(_double)), "sum")
    whole = call(5)
    assert whole == sum(2 * n + 1 for n in range(1, 6))
    for count in range(1, 15):
        snapshot = mvvm.checkpoint(call, 5, count=count)
        assert mvvm.restore(snapshot, program, _imports(_double))() == whole
        # Others are as good: what they do is theirs.
        other = mvvm.restore(snapshot, program, _imports(lambda _: 0))()
        assert isinstance(other, int)
        assert other < whole or count > 12
    with pytest.raises(LinkError, match=r"the program needs the function host\.f"):
        mvvm.restore(snapshot, program)
    wide = func(mvvm.Instance(program, _imports(_double)), "wide")
    assert mvvm.restore(mvvm.checkpoint(wide, 6, count=2), program, _imports(_double))() == (3.0, 7)


def test_a_function_that_calls_back_holds_stops_off() -> None:
    program = load(_CALLER)
    called: list[int] = []

    def f(number: int) -> int:
        called.append(number)
        mvvm.request(instance)
        back = func(instance, "back")(1000)
        assert isinstance(back, int)
        called.append(back)
        return 2 * number

    instance = mvvm.Instance(program, _imports(f))
    snapshot = mvvm.checkpoint(func(instance, "sum"), 5)
    # It returned, and then the program stopped.
    assert called == [5, 100]
    assert [program.names[frame.function] for frame in snapshot.view.frames] == ["step", "sum"]
    assert mvvm.restore(snapshot, program, _imports(_double))() == sum(2 * n + 1 for n in range(1, 6))


def test_counts_do_not_include_what_is_called_back() -> None:
    program = load(_CALLER)

    def f(number: int) -> int:
        func(box[0], "back")(1000)
        return 2 * number

    box: list[mvvm.Instance] = []
    box.append(mvvm.Instance(program, _imports(f)))
    with_calls = mvvm.checkpoint(func(box[0], "sum"), 5, count=4)
    without = mvvm.checkpoint(func(mvvm.Instance(program, _imports(_double)), "sum"), 5, count=4)
    assert with_calls.view.frames == without.view.frames


def test_stopping_is_not_for_functions_that_are_called_back() -> None:
    """Their frames stand on the host's: `checkpoint` in there makes its call to the end."""
    program = load(_CALLER)
    results: list[object] = []

    def f(number: int) -> int:
        with pytest.raises(mvvm.Finished) as finished:
            mvvm.checkpoint(func(box[0], "back"), 1000, count=3)
        results.append(finished.value.result)
        return 2 * number

    box: list[mvvm.Instance] = []
    box.append(mvvm.Instance(program, _imports(f)))
    assert func(box[0], "sum")(2) == 8
    assert results == [100, 100]


def test_exceptions_leave_all_frames() -> None:
    program = load(_CALLER)

    def fail(number: int) -> int:
        raise KeyError(number)

    snapshot = mvvm.checkpoint(func(mvvm.Instance(program, _imports(_double)), "sum"), 5, count=1)
    restored = mvvm.restore(snapshot, program, _imports(fail))
    with pytest.raises(KeyError, match="4"):
        restored()
    with pytest.raises(UsageError, match="went on already"):
        restored()
    assert func(restored.instance, "back")(3) == 100
    with pytest.raises(KeyError, match="4"):
        mvvm.checkpoint(mvvm.restore(snapshot, program, _imports(fail)), count=100)


@pytest.mark.parametrize("name", ["in_global", "in_table", "on_stack"])
def test_objects_of_the_host_cannot_be_saved_without_a_name(name: str) -> None:
    program = load(_HOLDER)
    thing = ["an object"]
    imports = {
        "host": {
            "object": mvvm.Func(mvvm.FuncType("", "x"), lambda: thing),
            "f": mvvm.Func(mvvm.FuncType("", ""), lambda: None),
        }
    }
    instance = mvvm.Instance(program, imports)
    call = func(instance, name)
    with pytest.raises(CheckpointFailed, match=r"an object of the host that has no name, \['an object'\]"):
        mvvm.checkpoint(call, count=2)
    # That call is over, but the instance is as it was, and once it holds none it can be saved.
    assert call() is (thing if name == "on_stack" else None)
    snapshot = mvvm.checkpoint(func(instance, "clear"), count=1)
    assert mvvm.restore(snapshot, program, imports)() is None


def test_linked_instances_cannot_be_saved() -> None:
    program = load(b"""(module (func $f (loop $l (br_if $l (i32.const 0)))) (func (export "f") (call $f) (call $f)))""")
    other = load(b"""(module (import "a" "f" (func $f)) (func (export "g") (call $f)))""")
    instance = mvvm.Instance(program)
    linked = mvvm.Instance(other, {"a": {"f": func(instance, "f")}})
    with pytest.raises(CheckpointFailed, match="an instance that is linked to others cannot be checkpointed"):
        mvvm.checkpoint(func(instance, "f"), count=1)
    func(linked, "g")()


def test_memory_grows_up_to_its_limit() -> None:
    source = b"""(module (memory (export "memory") 1 5)
      (func (export "grow") (result i32) (local $n i32)
        (loop $l
          (i32.store (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 4)) (memory.size))
          (br_if $l (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0))))
        (i32.load (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 4)))))"""
    program = load(source)
    for count in range(1, 5):
        snapshot = mvvm.checkpoint(func(mvvm.Instance(program), "grow"), count=count)
        assert snapshot.view.memories == [count + 1]
        restored = mvvm.restore(snapshot, program)
        assert restored() == 5
        memory = restored.instance.memories[0]
        assert [memory.span((n << 16) - 4, 1)[0] for n in range(1, memory.pages + 1)] == [1, 2, 3, 4, 5]


def test_start_functions_do_not_run_again() -> None:
    source = b"""(module (import "host" "f" (func $f (param i32) (result i32)))
      (global $g (mut i32) (i32.const 1))
      (func $start (global.set $g (call $f (global.get $g))))
      (start $start)
      (func (export "get") (result i32) (drop (call $f (i32.const 7))) (global.get $g)))"""
    program = load(source)
    calls: list[int] = []

    def f(number: int) -> int:
        calls.append(number)
        return number + 41

    imports = {"host": {"f": mvvm.Func(mvvm.FuncType("i", "i"), f)}}
    snapshot = mvvm.checkpoint(func(mvvm.Instance(program, imports), "get"), count=1)
    assert calls == [1, 7]
    assert mvvm.restore(snapshot, program, imports)() == 42
    assert calls == [1, 7]


def test_streams_of_wasi_are_given_again() -> None:
    source = b"""(module
      (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "\\10\\00\\00\\00\\01\\00\\00\\00")
      (func (export "_start")
        (loop $l
          (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
          (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
          (br_if $l (i32.ne (i32.load8_u (i32.const 16)) (i32.const 46))))))"""
    program = load(source)
    (first, to_first), (second, to_second), (output, to_output) = os.pipe(), os.pipe(), os.pipe()
    instance = instantiate(program, mvvm.Wasi([], {}, [], stdin=first, stdout=to_output))
    os.write(to_first, b"ab")

    def ask() -> None:
        """Once it has written both bytes: it waits for a third, or is about to."""
        assert os.read(output, 1) + os.read(output, 1) == b"ab"
        mvvm.request(restored.instance)

    mvvm.request(instance)
    snapshot = mvvm.checkpoint(func(instance, "_start"))
    snapshot = mvvm.checkpoint(mvvm.restore(snapshot, program, stdin=first, stdout=to_output), count=0)
    restored = mvvm.restore(snapshot, program, stdin=first, stdout=to_output)
    asking = threading.Thread(target=ask)
    asking.start()
    snapshot = mvvm.checkpoint(restored)
    asking.join()
    os.write(to_second, b"cd.")
    assert mvvm.restore(snapshot, program, stdin=second, stdout=to_output)() is None
    for end in (to_first, to_second, to_output):
        os.close(end)
    assert os.read(output, 10) == b"cd."
    for end in (first, second, output):
        os.close(end)


def test_backtraces_of_traps_after_calls_of_the_host() -> None:
    source = b"""(module (import "host" "f" (func $f (param i32) (result i32)))
      (func $inner (param i32) (result i32) (i32.div_u (i32.const 8) (call $f (local.get 0))))
      (func $middle (param i32) (result i32) (i32.add (call $inner (local.get 0)) (i32.const 1)))
      (func $outer (export "outer") (param i32) (result i32) (i32.add (call $middle (local.get 0)) (i32.const 1))))"""
    program = load(source)
    imports = {"host": {"f": mvvm.Func(mvvm.FuncType("i", "i"), _double)}}
    call = func(mvvm.Instance(program, imports), "outer")
    snapshot = mvvm.checkpoint(call, 0, count=1)
    with pytest.raises(Trap, match="integer divide by zero") as caught:
        mvvm.restore(snapshot, program, imports)()
    assert [name for _, name in caught.value.frames] == ["inner", "middle", "outer"]
    assert mvvm.restore(mvvm.checkpoint(call, 2, count=1), program, imports)() == 4
