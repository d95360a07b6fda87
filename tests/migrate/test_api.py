"""Stopping calls and going on with them, from Python."""

from __future__ import annotations

import gc
import os
import threading
import time
from pathlib import Path

import pytest

import mvvm
from mvvm.errors import CheckpointFailed, GuestExit, IncompatibleSnapshot, InputError, Trap, UsageError
from mvvm.migrate.take import controller_of
from mvvm.runtime.control import HOST_CALL
from tests.migrate.guests import FACTORIAL, MEMORY, MIXED, SPIN, func, load


def test_a_call_is_stopped_and_goes_on() -> None:
    program = load(FACTORIAL)
    call = func(mvvm.Instance(program), "factorial")
    snapshot = mvvm.checkpoint(call, 10, count=4)
    assert isinstance(snapshot, mvvm.Snapshot)
    restored = mvvm.restore(snapshot, program)
    assert isinstance(restored, mvvm.Restored)
    assert restored.frames == snapshot.view.frames
    assert restored() == 3628800
    # The instance that was stopped can be called again.
    assert call(5) == 120


def test_results_of_all_types() -> None:
    program = load(MIXED)
    call = func(mvvm.Instance(program), "mixed")
    args = (-1, -(1 << 63), 1.5, -2.25)
    whole = call(*args)
    for count in range(1, 5):
        assert mvvm.restore(mvvm.checkpoint(call, *args, count=count), program)() == whole
    instance = mvvm.Instance(program)
    stopped = mvvm.checkpoint(func(instance, "nothing"), count=1)
    assert mvvm.restore(stopped, program)() is None
    restored = mvvm.restore(mvvm.checkpoint(func(instance, "reference"), count=1), program)
    result = restored()
    assert isinstance(result, mvvm.Func)
    assert result(*args) == whole
    assert result.instance is restored.instance


def test_all_outer_frames_are_kept_until_they_are_reached() -> None:
    program = load(FACTORIAL)
    snapshot = mvvm.checkpoint(func(mvvm.Instance(program), "factorial"), 9, count=1)
    for left in (7, 5, 3, 1):
        before = snapshot.view.frames
        snapshot = mvvm.checkpoint(mvvm.restore(snapshot, program), count=2)
        assert len(snapshot.view.frames) == left
        assert snapshot.view.frames[1:] == before[3:]
    with pytest.raises(mvvm.Finished) as finished:
        mvvm.checkpoint(mvvm.restore(snapshot, program), count=2)
    assert finished.value.result == 362880
    assert str(finished.value) == "the program ended before it was stopped"


def test_stopped_before_it_goes_on_it_is_what_it_was() -> None:
    program = load(MEMORY)
    snapshot = mvvm.checkpoint(func(mvvm.Instance(program), "work"), 40, count=30)
    again = mvvm.checkpoint(mvvm.restore(snapshot, program), count=0)
    for name in ("frames", "globals", "memories", "dropped_data", "dropped_elements", "module_sha256"):
        assert getattr(again.view, name) == getattr(snapshot.view, name)
    assert [table.elements for table in again.view.tables] == [table.elements for table in snapshot.view.tables]
    assert _contents(again, program) == _contents(snapshot, program)
    assert mvvm.restore(again, program)() == mvvm.restore(snapshot, program)()


def _contents(snapshot: mvvm.Snapshot, program: mvvm.Program) -> bytes:
    memory = mvvm.restore(snapshot, program).instance.memories[0]
    return bytes(memory.span(0, memory.size))


def test_many_from_one() -> None:
    """Each has memory of its own, of which only what it writes is copied."""
    program = load(MEMORY)
    call = func(mvvm.Instance(program), "work")
    whole = call(40)
    call = func(mvvm.Instance(program), "work")
    snapshot = mvvm.checkpoint(call, 40, count=30)
    restored = [mvvm.restore(snapshot, program) for _ in range(20)]
    for number, one in enumerate(restored):
        one.instance.memories[0].view[65536 + number] = 7
    results = [one() for one in restored[::2]]
    assert results == [whole] * 10
    for number, one in enumerate(restored):
        assert bytes(one.instance.memories[0].view[65536 : 65536 + 20]) == bytes(7 * (n == number) for n in range(20))
    assert [one() for one in restored[1::2]] == [whole] * 10
    assert mvvm.restore(snapshot, program)() == whole


def test_many_leave_nothing_behind() -> None:
    program = load(MEMORY)
    snapshot = mvvm.checkpoint(func(mvvm.Instance(program), "work"), 40, count=30)
    mvvm.checkpoint(mvvm.restore(snapshot, program), count=1)  # the program keeps its continuations
    gc.collect()
    descriptors = len(os.listdir("/proc/self/fd"))
    for _ in range(30):
        mvvm.checkpoint(mvvm.restore(snapshot, program), count=1)
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_in_many_threads() -> None:
    program = load(MEMORY)
    whole = func(mvvm.Instance(program), "work")(300)
    snapshot = mvvm.checkpoint(func(mvvm.Instance(program), "work"), 300, count=30)
    results: list[object] = []

    def work() -> None:
        stopped = snapshot
        for _ in range(3):
            stopped = mvvm.checkpoint(mvvm.restore(stopped, program), count=7)
        results.append(mvvm.restore(stopped, program)())

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [whole] * 6


def test_a_request_from_another_thread() -> None:
    program = load(SPIN)
    instance = mvvm.Instance(program)
    timer = threading.Timer(0.05, mvvm.request, [instance])
    timer.start()
    snapshot = mvvm.checkpoint(func(instance, "spin"), -1)
    timer.join()
    again = mvvm.checkpoint(mvvm.restore(snapshot, program), after=0.02)
    assert again.view.frames[0].function == snapshot.view.frames[0].function
    # And the time is over when the call is.
    call = func(instance, "spin")
    with pytest.raises(mvvm.Finished):
        mvvm.checkpoint(call, 1, after=0.05)
    time.sleep(0.1)
    assert call(1) == 0


def test_requests_in_their_hundreds() -> None:
    """They come while it runs, unwinds and is written."""
    program = load(SPIN)
    instance = mvvm.Instance(program)
    done = False
    results: list[object] = []

    def ask() -> None:
        while not done:
            mvvm.request(instance)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        stops = 0
        for depth in range(5000, 5100):
            try:
                snapshot = mvvm.checkpoint(func(instance, "dive"), depth, 1000)
            except mvvm.Finished as finished:
                results.append(finished.result)
            else:
                stops += 1
                results.append(mvvm.restore(snapshot, program)())
        assert results == list(range(6000, 6100))
        assert stops
    finally:
        done = True
        thread.join()


def test_a_request_while_it_unwinds_changes_nothing() -> None:
    """The word by which compiled code knows that it unwinds is the one by which it knows of requests."""
    instance = mvvm.Instance(load(SPIN))
    controller = controller_of(instance)
    assert controller.on_point(HOST_CALL)
    mvvm.request(instance)
    controller.cancel()
    assert controller.unwinding
    assert controller.take() == []
    assert not controller.requested


def test_in_a_file(tmp_path: Path) -> None:
    program = load(MEMORY)
    path = tmp_path / "work.snap"
    call = func(mvvm.Instance(program), "work")
    snapshot = mvvm.checkpoint(call, 40, count=5, path=path, zstd_level=3)
    assert os.listdir(tmp_path) == ["work.snap"]
    whole = mvvm.restore(snapshot, program)()
    for given in (path, str(path), mvvm.Snapshot.load(path.read_bytes()), mvvm.Snapshot.open(path, verify=True)):
        assert mvvm.restore(given, program)() == whole
    with pytest.raises(CheckpointFailed, match="missing/x: No such file or directory"):
        mvvm.checkpoint(func(mvvm.Instance(program), "work"), 40, count=1, path=tmp_path / "missing" / "x")
    with pytest.raises(InputError, match="missing: No such file or directory"):
        mvvm.restore(tmp_path / "missing", program)


def test_other_builds_of_the_module() -> None:
    policies = (mvvm.Policy.LOOP, mvvm.Policy.LOOP_DIRTY, mvvm.Policy.NONE)
    first = load(MEMORY)
    snapshot = mvvm.checkpoint(func(mvvm.Instance(first), "work"), 40, count=30)
    whole = mvvm.restore(snapshot, first)()
    for policy in policies:
        options = mvvm.CompileOptions(opt_level=1, checkpoint=policy)
        other = mvvm.load(mvvm.compile(MEMORY, options))
        assert mvvm.restore(snapshot, other)() == whole
        if policy == mvvm.Policy.NONE:
            with pytest.raises(UsageError, match="compiled without stable points"):
                mvvm.checkpoint(mvvm.restore(snapshot, other), count=1)
            with pytest.raises(UsageError, match="compiled without stable points"):
                mvvm.request(mvvm.Instance(other))
        else:
            assert mvvm.restore(mvvm.checkpoint(mvvm.restore(snapshot, other), count=2), first)() == whole


def test_what_cannot_be() -> None:
    program = load(FACTORIAL)
    call = func(mvvm.Instance(program), "factorial")
    with pytest.raises(UsageError, match="only a function of a guest can be stopped"):
        mvvm.checkpoint(mvvm.Func(mvvm.FuncType("i", "i"), abs), 1)
    for count, function_count in ((-1, None), (None, -1), (1, 1)):
        with pytest.raises(UsageError, match="give one of count and function_count, from 0 on"):
            mvvm.checkpoint(call, 1, count=count, function_count=function_count)
    with pytest.raises(UsageError, match="no function called 'nobody'"):
        mvvm.checkpoint(call, 1, function="nobody")
    with pytest.raises(UsageError, match="function 99 is not one that the program defines"):
        mvvm.checkpoint(call, 1, function=99)
    with pytest.raises(UsageError, match="takes 1 arguments"):
        mvvm.checkpoint(call, count=1)
    snapshot = mvvm.checkpoint(call, 10, function="factorial")
    with pytest.raises(IncompatibleSnapshot, match="is of another module"):
        mvvm.restore(snapshot, load(SPIN))
    restored = mvvm.restore(snapshot, program)
    with pytest.raises(UsageError, match="has its arguments already"):
        mvvm.checkpoint(restored, 1, count=1)
    assert restored() == 3628800
    with pytest.raises(UsageError, match="restore the snapshot once more"):
        restored()
    with pytest.raises(UsageError, match="restore the snapshot once more"):
        mvvm.checkpoint(restored, count=1)
    # None of that left a request behind.
    assert call(5) == 120


def test_traps_and_exits_come_with_all_frames() -> None:
    program = load(SPIN)
    call = func(mvvm.Instance(program), "dive")
    snapshot = mvvm.checkpoint(call, 3, -5, function="dive")
    names = [program.names[frame.function] for frame in snapshot.view.frames]
    with pytest.raises(Trap, match="unreachable") as caught:
        mvvm.restore(snapshot, program)()
    assert [name for _, name in caught.value.frames][-len(names) :] == names
    with pytest.raises(Trap) as unbroken:
        call(3, -5)
    assert caught.value.frames == unbroken.value.frames
    with pytest.raises(Trap):
        mvvm.checkpoint(call, 3, -5, count=1000)
    assert call(3, 5) == 8


def test_exceptions_of_commands() -> None:
    source = b"""(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
      (memory (export "memory") 1)
      (func (export "_start") (drop (call $yield)) (call $exit (i32.const 9))))"""
    program = load(source)
    from mvvm.runtime.command import instantiate

    instance = instantiate(program, mvvm.Wasi(["x"], {"A": "b"}, []))
    snapshot = mvvm.checkpoint(func(instance, "_start"), count=1)
    assert snapshot.view.wasi is not None
    assert (snapshot.view.wasi.args, snapshot.view.wasi.environ) == ([b"x"], [b"A=b"])
    with pytest.raises(GuestExit) as caught:
        mvvm.restore(snapshot, program)()
    assert caught.value.status == 9
    gc.collect()
    descriptors = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        with pytest.raises(GuestExit):
            mvvm.checkpoint(mvvm.restore(snapshot, program), count=5)
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == descriptors
