"""Objects of the host in a program that is stopped: written by name, and other ones given for the names."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import mvvm
from mvvm.cli.diff_snapshots import diff_snapshots, list_diff
from mvvm.errors import BadSnapshot, CheckpointFailed, LinkError, WasmException
from mvvm.migrate.snapshot import write_snapshot
from mvvm.runtime import references
from mvvm.runtime.command import instantiate
from mvvm.runtime.wake import Interrupted
from mvvm.wasm.types import FuncType, GlobalType
from tests.cli.commands import environment, fail, succeed
from tests.migrate.guests import func, load
from tests.migrate.views import plain

# Uses objects that are in every place where a value can be, over stable points.
_EVERYWHERE = b"""(module
  (import "host" "use" (func $use (param externref) (result i32)))
  (import "host" "fixed" (global $fixed (ref extern)))
  (tag $thrown (param externref i32))
  (tag $wrapped (param exnref externref))
  (global $kept (mut externref) (ref.null extern))
  (global $never_null (mut (ref extern)) (global.get $fixed))
  (global $caught (mut exnref) (ref.null exn))
  (table $objects 2 9 externref)
  (table $full 2 (ref extern) (global.get $fixed))
  (table $exceptions 2 exnref)
  (elem $segment externref (item global.get $fixed) (item ref.null extern))

  (func $step (param $n i32) (result i32)
    (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.const 1))

  (func $pass (param $o externref) (result externref)
    (drop (call $step (i32.const 2)))
    (local.get $o))

  (func $catch (param $o externref) (result exnref)
    (block $h (result exnref)
      (try_table (catch_all_ref $h)
        (drop (call $step (i32.const 1)))
        (throw $thrown (call $pass (local.get $o)) (i32.const 7)))
      (unreachable)))

  (func $wrap (param $e exnref) (param $o externref) (result exnref)
    (block $h (result exnref)
      (try_table (catch_all_ref $h) (throw $wrapped (local.get $e) (local.get $o)))
      (unreachable)))

  (func $unwrap (param $e exnref) (result exnref externref)
    (block $h (result exnref externref)
      (try_table (catch $wrapped $h) (throw_ref (local.get $e)))
      (unreachable)))

  (func $value (param $e exnref) (result externref)
    (block $h (result externref i32)
      (try_table (catch $thrown $h) (drop (call $step (i32.const 1))) (throw_ref (local.get $e)))
      (unreachable))
    (drop))

  (func $typed (param $o (ref extern)) (result (ref extern))
    (local $also (ref extern)) (local $null (ref null noextern))
    (local.set $also (local.get $o))
    (drop (call $step (i32.const 2)))
    (drop (call $use (local.get $null)))
    (drop (call $use (local.get $also)))
    (local.get $o))

  (func (export "run") (param $a externref) (param $b externref) (result externref externref)
    (local $i i32)
    (local.get $a)                                              ;; below on the stack, to the end
    (global.set $kept (call $pass (local.get $b)))
    (global.set $caught (call $wrap (call $catch (local.get $b)) (local.get $a)))
    (table.set $exceptions (i32.const 1) (global.get $caught))
    (table.set $objects (i32.const 1) (call $pass (local.get $a)))
    (drop (table.grow $objects (global.get $kept) (i32.const 3)))
    (drop (call $step (i32.const 1)))
    (table.fill $objects (i32.const 3) (local.get $a) (i32.const 1))
    (table.fill $full (i32.const 1) (ref.as_non_null (local.get $b)) (i32.const 1))
    (global.set $never_null (call $typed (ref.as_non_null (local.get $b))))
    (table.copy $objects $full (i32.const 2) (i32.const 0) (i32.const 1))
    (drop (call $step (i32.const 1)))
    (table.init $objects $segment (i32.const 0) (i32.const 0) (i32.const 1))
    (loop $each
      (drop (call $use (table.get $objects (local.get $i))))
      (br_if $each (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (table.size $objects))))
    (drop (call $use (table.get $full (i32.const 0))))
    (drop (call $use (table.get $full (i32.const 1))))
    (drop (call $use (global.get $never_null)))
    (drop (call $use (global.get $fixed)))
    (call $unwrap (table.get $exceptions (i32.const 1)))
    (drop (call $use))
    (drop (call $use (call $value)))
    (drop (call $use (global.get $kept)))
    (call $pass (local.get $b))))"""


class _Thing:
    """An object of the host: what it is called, and in which of several runs."""

    def __init__(self, name: str, run: int) -> None:
        self.name = name
        self.run = run

    def __repr__(self) -> str:
        return f"<{self.name} of run {self.run}>"


class _Host:
    """What the guest imports, objects of one run by name, and a log of those that it uses, over all runs."""

    def __init__(self, run: int = 0, log: list[tuple[str | None, int]] | None = None) -> None:
        self.log = [] if log is None else log
        self.run = run
        self.things = {name: _Thing(name, run) for name in ("a", "b", "fixed")}
        fixed = mvvm.Global(GlobalType("x", False, "ref extern"), self.things["fixed"])
        self.imports: dict[str, dict[str, mvvm.Func | mvvm.Global]] = {
            "host": {"use": mvvm.Func(FuncType("x", "i"), self._use), "fixed": fixed}
        }

    def _use(self, thing: object) -> int:
        if thing is None:
            self.log.append((None, self.run))
        else:
            assert isinstance(thing, _Thing)
            self.log.append((thing.name, thing.run))
        return 1

    def next(self) -> _Host:
        return _Host(self.run + 1, self.log)

    def call(self) -> mvvm.Func:
        return func(mvvm.Instance(load(_EVERYWHERE), self.imports), "run")

    @property
    def arguments(self) -> list[object]:
        return [self.things["a"], self.things["b"]]

    def restore(self, snapshot: mvvm.Snapshot) -> mvvm.Restored:
        return mvvm.restore(snapshot, load(_EVERYWHERE), self.imports, references=self.things)


def _stop(call: mvvm.Func | mvvm.Restored, host: _Host, count: int = 1) -> mvvm.Snapshot | None:
    """Stop at a stable point; of a restored program it is known already which objects it has. None at its end."""
    try:
        if isinstance(call, mvvm.Restored):
            return mvvm.checkpoint(call, count=count)
        return mvvm.checkpoint(call, *host.arguments, count=count, references=host.things)
    except mvvm.Finished as finished:
        result = finished.result
    assert result == (host.things["a"], host.things["b"])
    return None


_USED = [None, *"bfafabfbbfabb"]  # first letters


def _check_log(log: list[tuple[str | None, int]]) -> None:
    """The right objects by name, and never one of a run that was over."""
    assert [name and name[0] for name, _ in log] == _USED
    runs = [run for _, run in log]
    assert runs == sorted(runs)


def test_other_objects_take_the_place_of_those_that_were_named() -> None:
    count = 0
    while True:
        count += 1
        host = _Host()
        snapshot = _stop(host.call(), host, count)
        if snapshot is None:
            break
        before = len(host.log)
        other = host.next()
        assert other.restore(snapshot)() == (other.things["a"], other.things["b"])
        _check_log(host.log)
        assert [run for _, run in host.log] == [0] * before + [1] * (len(_USED) - before)
    _check_log(host.log)
    assert count > 30


def test_the_default_policy_and_another_build() -> None:
    options = mvvm.CompileOptions(checkpoint=mvvm.Policy.COUNTER_LOOP, threshold_bits=1, opt_level=0)
    program = mvvm.load(mvvm.compile(_EVERYWHERE, options))
    for count in range(1, 30, 4):
        host = _Host()
        call = func(mvvm.Instance(program, host.imports), "run")
        snapshot = _stop(call, host, count)
        if snapshot is not None:
            other = host.next()
            other.restore(snapshot)()
        _check_log(host.log)


def test_stopped_again_and_again() -> None:
    host = _Host()
    log = host.log
    call: mvvm.Func | mvvm.Restored = host.call()
    stops = 0
    while (snapshot := _stop(call, host)) is not None:
        stops += 1
        host = host.next()
        call = host.restore(snapshot)
    assert stops > 30
    _check_log(log)
    assert len({run for _, run in log}) > 10


def test_stopped_before_it_goes_on_it_is_what_it_was() -> None:
    for count in range(1, 40):
        host = _Host()
        snapshot = _stop(host.call(), host, count)
        if snapshot is None:
            break
        restored = host.next().restore(snapshot)
        assert plain(mvvm.checkpoint(restored, count=0).view) == plain(snapshot.view)


def _late() -> mvvm.Snapshot:
    """Where it is in the function that it calls last: all places are filled."""
    snapshots = []
    for count in range(30, 1000):
        host = _Host()
        snapshot = _stop(host.call(), host, count)
        if snapshot is None:
            break
        snapshots.append(snapshot)
    return next(snapshot for snapshot in reversed(snapshots) if len(snapshot.view.frames) == 2)


def test_names_are_in_the_order_of_their_first_use() -> None:
    view = _late().view
    assert view.references == ["b", "a", "fixed"]  # the innermost frame holds b alone
    assert view.frames[0].locals == {0: ("x", 1)}
    assert view.frames[1].stack == [("x", 2)]
    assert [(table.element, table.elements) for table in view.tables] == [
        ("x", [3, 2, 3, 2, 1]),
        ("x", [3, 1]),
        ("e", [0, 2]),
    ]
    assert view.globals == [("x", 3), ("x", 1), ("x", 1), ("e", 2)]
    assert [item.values for item in view.exceptions] == [[("x", 1), ("i", 7)], [("e", 1), ("x", 2)]]


class _Equal:
    """All of them are equal, and none has a repr."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 1

    def __repr__(self) -> str:
        raise ValueError("no repr")


_PAIR = b"""(module
  (func $step (loop $l (br_if $l (i32.const 0))))
  (func (export "pair") (param externref externref) (result externref externref)
    (local.get 0) (call $step) (local.get 1)))"""


def _pair(first: object, second: object, named: Mapping[str, object] | None) -> mvvm.Snapshot:
    return mvvm.checkpoint(func(mvvm.Instance(load(_PAIR)), "pair"), first, second, count=1, references=named)


def _restored(snapshot: mvvm.Snapshot, **things: object) -> object:
    return mvvm.restore(snapshot, load(_PAIR), references=things)()


def test_objects_are_told_apart_by_identity() -> None:
    first, second = _Equal(), _Equal()
    snapshot = _pair(first, second, {"second": second, "first": first})
    result = mvvm.restore(snapshot, load(_PAIR), references={"second": second, "first": first})()
    assert isinstance(result, tuple)
    assert result[0] is first
    assert result[1] is second
    assert _restored(snapshot, first=1, second=2) == (1, 2)
    assert _restored(snapshot, first="x", second="x", third="y") == ("x", "x")
    assert _restored(_pair(first, first, {"a": first, "b": first}), a=3) == (3, 3)
    assert _restored(_pair(None, first, {"none": None, "a": first}), a=3) == (None, 3)


def test_two_names_may_be_given_one_object_and_stay_one() -> None:
    first, second, one = object(), object(), object()
    snapshot = _pair(first, second, {"a": first, "b": second})
    restored = mvvm.restore(snapshot, load(_PAIR), references={"a": one, "b": one})
    again = mvvm.checkpoint(restored, count=0)
    assert again.view.references == ["a"]
    assert _restored(again, a=5) == (5, 5)
    # The second of three is the one whose number would be taken if an object had one number only.
    assert _restored(snapshot, a=one, b=second) == (one, second)


def test_names_of_a_restore_hold_until_others_are_given() -> None:
    first, second, third = object(), object(), object()
    snapshot = _pair(first, second, {"a": first, "b": second})
    restored = mvvm.restore(snapshot, load(_PAIR), references={"a": first, "b": third})
    again = mvvm.checkpoint(restored, count=0, references={"c": first})
    assert again.view.references == ["b", "c"]  # a local comes before the stack
    restored = mvvm.restore(again, load(_PAIR), references={"c": first, "b": third})
    with pytest.raises(CheckpointFailed, match=r"has no name, <object object at .*>: name it in references=") as caught:
        mvvm.checkpoint(restored, count=0, references={"c": third})
    # What has failed goes on, or is stopped with what was missing.
    going = caught.value.restored
    assert isinstance(going, mvvm.Restored)
    again = mvvm.checkpoint(going, count=0, references={"d": first})
    assert again.view.references == ["c", "d"]
    assert _restored(again, c=1, d=2) == (2, 1)


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (None, "an object of the host that has no name, ['it is', 'this']: name it in references={name: object}"),
        ({"other": "it is"}, "has no name, ['it is', 'this']:"),
        ({"\ud800": ...}, "is not a text that can be written, '\\ud800'"),
        ({7: ...}, "is not a text that can be written, 7"),
    ],
)
def test_an_object_without_a_name_stays_where_it_is(named: dict[str, object] | None, message: str) -> None:
    thing = ["it is", "this"]
    named = {name: thing if value is ... else value for name, value in named.items()} if named else None
    with pytest.raises(CheckpointFailed, match=re.escape(message)) as caught:
        _pair(None, thing, named)
    assert "\n" not in str(caught.value)
    restored = caught.value.restored
    assert restored is not None
    result = restored()
    assert isinstance(result, tuple)
    assert result[1] is thing


class _Loud:
    def __repr__(self) -> str:
        return "two\n  lines " + "and more " * 100


def test_any_object_is_told_in_one_line() -> None:
    with pytest.raises(CheckpointFailed, match=r"<tests\.migrate\.test_references\._Equal object at 0x"):
        _pair(_Equal(), None, None)
    with pytest.raises(CheckpointFailed, match=r"no name, two lines and more .*\.\.\.: name it") as caught:
        _pair(_Loud(), None, {})
    assert len(str(caught.value)) < 350


def test_what_is_missing_is_told_before_anything_runs() -> None:
    host = _Host()
    snapshot = _stop(host.call(), host, 20)
    assert snapshot is not None
    used = len(host.log)
    other = host.next()
    for given, missing in (
        (None, "'a', 'b', 'fixed'"),
        ({"b": 1, "c": 2}, "'a', 'fixed'"),
        (other.things | {"b": None}, "'b'"),
    ):
        with pytest.raises(LinkError) as caught:
            mvvm.restore(snapshot, load(_EVERYWHERE), other.imports, references=given)
        assert sorted(re.findall("'[^']*'", str(caught.value))) == missing.split(", ")
        assert "restore it with references={name: object}" in str(caught.value)
    assert len(host.log) == used


def test_objects_may_be_named_while_the_program_runs() -> None:
    source = b"""(module
      (import "host" "make" (func $make (result externref)))
      (func $step (loop $l (br_if $l (i32.const 0))))
      (func (export "run") (result externref) (call $make) (call $step)))"""
    named: dict[str, object] = {}

    def make() -> object:
        named["made"] = made = object()
        return made

    imports = {"host": {"make": mvvm.Func(FuncType("", "x"), make)}}
    call = func(mvvm.Instance(load(source), imports), "run")
    snapshot = mvvm.checkpoint(call, count=2, references=named)
    assert mvvm.restore(snapshot, load(source), imports, references={"made": 5})() == 5


_WAITING = b"""(module
  (import "host" "wait" (func $wait (param i32 externref (ref extern)) (result i32)))
  (table 1 funcref) (elem (i32.const 0) $wait) (elem declare func $wait)
  (type $t (func (param i32 externref (ref extern)) (result i32)))
  (func (export "call") (param externref (ref extern)) (result i32)
    (call $wait (i32.const 5) (local.get 0) (local.get 1)))
  (func (export "call_indirect") (param externref (ref extern)) (result i32)
    (call_indirect (type $t) (i32.const 5) (local.get 0) (local.get 1) (i32.const 0)))
  (func (export "call_ref") (param externref (ref extern)) (result i32)
    (call_ref $t (i32.const 5) (local.get 0) (local.get 1) (ref.func $wait))))"""


@pytest.mark.parametrize("name", ["call", "call_indirect", "call_ref"])
def test_arguments_of_a_host_call_that_was_interrupted(name: str) -> None:
    calls: list[tuple[object, object]] = []

    def wait(number: int, first: int, second: int) -> int:
        assert number == 5
        calls.append((references.object_of(first), references.object_of(second)))
        if len(calls) == 1:
            mvvm.request(instance)
            raise Interrupted
        return 3

    program = load(_WAITING)
    type_ = program.info.func_type(0)
    imports = {"host": {"wait": mvvm.Func(type_, wait, raw=True)}}
    instance = mvvm.Instance(program, imports)
    a, b, c, d = (object() for _ in range(4))
    snapshot = mvvm.checkpoint(func(instance, name), a, b, references={"first": a, "second": b})
    assert snapshot.view.references == ["first", "second"]
    assert snapshot.view.frames[0].stack[:3] == [("i", 5), ("x", 1), ("x", 2)]
    assert mvvm.restore(snapshot, program, imports, references={"first": c, "second": d})() == 3
    assert calls == [(a, b), (c, d)]


_SEGMENT = b"""(module
  (import "host" "fixed" (global $fixed externref))
  (table $t 1 externref)
  (elem $segment externref (item global.get $fixed))
  (func $step (loop $l (br_if $l (i32.const 0))))
  (func (export "get") (result externref)
    (call $step)
    (table.init $t $segment (i32.const 0) (i32.const 0) (i32.const 1))
    (table.get $t (i32.const 0))))"""


def test_segments_hold_what_the_globals_hold_that_they_are_made_from() -> None:
    program = load(_SEGMENT)

    def imports(value: object) -> dict[str, dict[str, mvvm.Global]]:
        return {"host": {"fixed": mvvm.Global(GlobalType("x", False), value)}}

    old = object()
    call = func(mvvm.Instance(program, imports(old)), "get")
    snapshot = mvvm.checkpoint(call, count=1, references={"fixed": old})
    assert mvvm.restore(snapshot, program, imports(None), references={"fixed": "new"})() == "new"


_ELSEWHERE = """
import sys
import mvvm

aot, snapshot, *names = sys.argv[1:]
used = []


def use(thing):
    used.append(thing and thing[0])
    return 1


things = {name: [name] for name in names}
fixed = mvvm.Global(mvvm.GlobalType("x", False, "ref extern"), things["fixed"])
imports = {"host": {"use": mvvm.Func(mvvm.FuncType("x", "i"), use), "fixed": fixed}}
result = mvvm.restore(snapshot, mvvm.load(aot), imports, references=things)()
print(used, result)
"""


def test_in_another_process(tmp_path: Path) -> None:
    options = mvvm.CompileOptions(checkpoint=mvvm.Policy.LOOP)
    (tmp_path / "aot").write_bytes(mvvm.compile(_EVERYWHERE, options))
    host = _Host()
    mvvm.checkpoint(host.call(), *host.arguments, count=25, references=host.things, path=tmp_path / "snapshot")
    # Other handles than in this process, and in another order.
    arguments = [tmp_path / "aot", tmp_path / "snapshot", "other", "fixed", "b", "a"]
    done = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE, *map(str, arguments)],
        env=environment(XDG_CACHE_HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    names = {None: None, "a": "a", "b": "b", "f": "fixed"}
    assert len(host.log) < 10
    assert done.stdout == f"{[names[name] for name in _USED[len(host.log) :]]} (['a'], ['b'])\n"


def _in_typed() -> tuple[_Host, mvvm.Snapshot]:
    """Where it is in a function whose locals are of types that say more."""
    for count in range(1, 1000):
        host = _Host()
        snapshot = _stop(host.call(), host, count)
        assert snapshot is not None
        if [frame.function for frame in snapshot.view.frames] == [1, 7, 8]:
            return host, snapshot
    raise AssertionError


def _change(view: object, path: str, value: object) -> None:
    """Put a value where a path leads, of attributes, indices and keys."""
    *steps, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    target: Any = view
    for step in steps:
        target = target[step] if isinstance(step, int) else getattr(target, step)
    if isinstance(last, int):
        target[last] = value
    else:
        setattr(target, last, value)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("globals.0", ("x", 0), r"a value that is not of type \(ref extern\)"),
        ("globals.2", ("x", 0), r"a value that is not of type \(ref extern\)"),
        ("tables.1.elements.1", 0, r"a value that is not of type \(ref extern\)"),
        ("frames.1.locals.0", ("x", 0), r"a value that is not of type \(ref extern\)"),
        ("frames.1.locals.1", ("x", 0), r"a value that is not of type \(ref extern\)"),
        ("frames.1.locals.2", ("x", 1), r"a value that is not of type \(ref null noextern\)"),
        ("frames.1.locals.3", ("x", 1), "it has a local that its function does not have"),
        ("frames.1.function", 0, "it has a frame of a function that its module does not define"),
        ("frames.1.function", 1000, "it has a frame of a function that its module does not define"),
        ("globals.1", ("x", 4), "it refers to an object of the host that it does not have"),
        ("tables.0.elements.0", 4, "it refers to an object of the host that it does not have"),
        ("exceptions.0.values.0", ("x", 4), "it refers to an object of the host that it does not have"),
        ("tables.0.element", "r", "a table has another type than in its module"),
        ("tables.2.element", "x", "a table has another type than in its module"),
        ("exceptions.0.values.0", ("r", 1), "an exception has other values than its tag's"),
        ("globals.1", ("r", 1), "a global has another type than in its module"),
    ],
)
def test_damage(path: str, value: object, message: str) -> None:
    host, snapshot = _in_typed()
    _change(snapshot.view, path, value)
    with pytest.raises(BadSnapshot, match=message):
        host.restore(snapshot)


def test_exceptions_are_of_the_types_that_their_tags_declare() -> None:
    source = b"""(module
      (tag $t (param (ref extern)))
      (func $step (loop $l (br_if $l (i32.const 0))))
      (func (export "caught") (param $o externref) (result exnref)
        (block $h (result exnref)
          (try_table (catch_all_ref $h) (throw $t (ref.as_non_null (local.get $o))))
          (unreachable))
        (call $step)))"""
    program = load(source)
    thing = object()
    call = func(mvvm.Instance(program), "caught")
    snapshot = mvvm.checkpoint(call, thing, count=1, references={"thing": thing})
    error = mvvm.restore(snapshot, program, references={"thing": 5})()
    assert isinstance(error, WasmException)
    assert error.values == (5,)
    snapshot.view.exceptions[0].values[0] = ("x", 0)
    with pytest.raises(BadSnapshot, match=r"not of type \(ref extern\)"):
        mvvm.restore(snapshot, program, references={"thing": 5})


_COMMAND = b"""(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (memory (export "memory") 1)
  (func $step (loop $l (br_if $l (i32.const 0))))
  (func (export "_start"))
  (func (export "keep") (param externref) (result externref) (call $step) (local.get 0)))"""


def test_a_command_with_objects_goes_on_from_python_only(tmp_path: Path) -> None:
    aot, path = tmp_path / "command.aot", tmp_path / "command.snap"
    aot.write_bytes(mvvm.compile(_COMMAND, mvvm.CompileOptions(checkpoint=mvvm.Policy.LOOP)))
    program = mvvm.load(aot)
    instance = instantiate(program, mvvm.Wasi([], {}, [(str(tmp_path), "/")]))
    thing = object()
    mvvm.checkpoint(func(instance, "keep"), thing, count=1, path=path, references={"a\nthing": thing})
    assert mvvm.restore(path, program, references={"a\nthing": "other"})() == "other"
    opened = len(os.listdir("/proc/self/fd"))
    with pytest.raises(LinkError):
        mvvm.restore(path, program)
    assert len(os.listdir("/proc/self/fd")) == opened  # also of the folder
    message = fail(2, "mvvm-restore", "-t", aot)
    assert message.endswith(f"{path}: the program holds objects of the host ('a\\nthing'): restore it from Python")


def test_inspect_shows_names(tmp_path: Path) -> None:
    snapshot = _late()
    write_snapshot(tmp_path / "snapshot", snapshot.view, [])
    text = succeed("mvvm-inspect", tmp_path / "snapshot").splitlines()
    for line in (
        '         local 0    externref "b"',
        '         stack 0    externref "a"',
        '  0  externref  "fixed"',
        "  3  exnref     1",
        '  0  0  externref "b", i32 7',
        '  1  1  exnref 0, externref "a"',
        'host objects:    "b" "a" "fixed"',
    ):
        assert line in text
    about = json.loads(succeed("mvvm-inspect", "--json", tmp_path / "snapshot"))
    assert about["references"] == ["b", "a", "fixed"]
    assert about["globals"][1] == {"index": 1, "type": "externref", "value": "b", "bits": "0x1"}
    assert about["tables"][0]["elements"] == ["fixed", "a", "fixed", "a", "b"]


def test_diff_compares_names() -> None:
    first, second = object(), object()
    here, same = (_pair(first, second, {"a": first, "b": second}) for _ in range(2))
    same.view.references.reverse()  # as if they had been met in another order
    same.view.frames[0].locals[1], same.view.frames[0].stack[0] = ("x", 2), ("x", 1)
    assert diff_snapshots(here, same)["equal"]
    other = _pair(second, None, {"b\u202e": second})
    assert list(list_diff(diff_snapshots(here, other))) == [
        'frames[0].locals[1]: externref "b" -> externref null',
        'frames[0].stack[0]: externref "a" -> externref "b\\u202e"',
    ]
