"""Objects of the host in every place of a program that is stopped, where other ones take their place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import mvvm
from mvvm.runtime import references
from mvvm.runtime.wake import Interrupted
from mvvm.wasm.types import GlobalType
from tests.cli.commands import environment
from tests.migrate.guests import func, load
from tests.migrate.holders import EVERYWHERE, USED, Host, late, stop
from tests.migrate.views import plain


def _check_log(log: list[tuple[str | None, int]]) -> None:
    """The right objects by name, and never one of a run that was over."""
    assert [name and name[0] for name, _ in log] == USED
    runs = [run for _, run in log]
    assert runs == sorted(runs)


def test_other_objects_take_the_place_of_those_that_were_named() -> None:
    count = 0
    while True:
        count += 1
        host = Host()
        snapshot = stop(host.call(), host, count)
        if snapshot is None:
            break
        before = len(host.log)
        other = host.next()
        assert other.restore(snapshot)() == (other.things["a"], other.things["b"])
        _check_log(host.log)
        assert [run for _, run in host.log] == [0] * before + [1] * (len(USED) - before)
    _check_log(host.log)
    assert count > 30


def test_the_default_policy_and_another_build() -> None:
    options = mvvm.CompileOptions(checkpoint=mvvm.Policy.COUNTER_LOOP, threshold_bits=1, opt_level=0)
    program = mvvm.load(mvvm.compile(EVERYWHERE, options))
    for count in range(1, 30, 4):
        host = Host()
        call = func(mvvm.Instance(program, host.imports), "run")
        snapshot = stop(call, host, count)
        if snapshot is not None:
            other = host.next()
            other.restore(snapshot)()
        _check_log(host.log)


def test_stopped_again_and_again() -> None:
    host = Host()
    log = host.log
    call: mvvm.Func | mvvm.Restored = host.call()
    stops = 0
    while (snapshot := stop(call, host)) is not None:
        stops += 1
        host = host.next()
        call = host.restore(snapshot)
    assert stops > 30
    _check_log(log)
    assert len({run for _, run in log}) > 10


def test_stopped_before_it_goes_on_it_is_what_it_was() -> None:
    for count in range(1, 40):
        host = Host()
        snapshot = stop(host.call(), host, count)
        if snapshot is None:
            break
        restored = host.next().restore(snapshot)
        assert plain(mvvm.checkpoint(restored, count=0).view) == plain(snapshot.view)


def test_names_are_in_the_order_of_their_first_use() -> None:
    view = late().view
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
    (tmp_path / "aot").write_bytes(mvvm.compile(EVERYWHERE, options))
    host = Host()
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
    assert done.stdout == f"{[names[name] for name in USED[len(host.log) :]]} (['a'], ['b'])\n"
