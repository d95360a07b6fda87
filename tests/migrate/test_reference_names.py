"""The names of objects of the host: at a checkpoint, at a restore, and as they are shown."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

import mvvm
from mvvm.cli.diff_snapshots import diff_snapshots, list_diff
from mvvm.errors import CheckpointFailed, LinkError
from mvvm.migrate.snapshot import write_snapshot
from mvvm.runtime.command import instantiate
from mvvm.wasm.types import FuncType
from tests.cli.commands import fail, succeed
from tests.migrate.guests import func, load
from tests.migrate.holders import EVERYWHERE, PAIR, Host, late, pair, stop


class _Equal:
    """All of them are equal, and none has a repr."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 1

    def __repr__(self) -> str:
        raise ValueError("no repr")


def _restored(snapshot: mvvm.Snapshot, **things: object) -> object:
    return mvvm.restore(snapshot, load(PAIR), references=things)()


def test_objects_are_told_apart_by_identity() -> None:
    first, second = _Equal(), _Equal()
    snapshot = pair(first, second, {"second": second, "first": first})
    result = mvvm.restore(snapshot, load(PAIR), references={"second": second, "first": first})()
    assert isinstance(result, tuple)
    assert result[0] is first
    assert result[1] is second
    assert _restored(snapshot, first=1, second=2) == (1, 2)
    assert _restored(snapshot, first="x", second="x", third="y") == ("x", "x")
    assert _restored(pair(first, first, {"a": first, "b": first}), a=3) == (3, 3)
    assert _restored(pair(None, first, {"none": None, "a": first}), a=3) == (None, 3)


def test_two_names_may_be_given_one_object_and_stay_one() -> None:
    first, second, one = object(), object(), object()
    snapshot = pair(first, second, {"a": first, "b": second})
    restored = mvvm.restore(snapshot, load(PAIR), references={"a": one, "b": one})
    again = mvvm.checkpoint(restored, count=0)
    assert again.view.references == ["a"]
    assert _restored(again, a=5) == (5, 5)
    # The second of three is the one whose number would be taken if an object had one number only.
    assert _restored(snapshot, a=one, b=second) == (one, second)


def test_names_of_a_restore_hold_until_others_are_given() -> None:
    first, second, third = object(), object(), object()
    snapshot = pair(first, second, {"a": first, "b": second})
    restored = mvvm.restore(snapshot, load(PAIR), references={"a": first, "b": third})
    again = mvvm.checkpoint(restored, count=0, references={"c": first})
    assert again.view.references == ["b", "c"]  # a local comes before the stack
    restored = mvvm.restore(again, load(PAIR), references={"c": first, "b": third})
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
        pair(None, thing, named)
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
    with pytest.raises(CheckpointFailed, match=r"<tests\.migrate\.test_reference_names\._Equal object at 0x"):
        pair(_Equal(), None, None)
    with pytest.raises(CheckpointFailed, match=r"no name, two lines and more .*\.\.\.: name it") as caught:
        pair(_Loud(), None, {})
    assert len(str(caught.value)) < 350


def test_what_is_missing_is_told_before_anything_runs() -> None:
    host = Host()
    snapshot = stop(host.call(), host, 20)
    assert snapshot is not None
    used = len(host.log)
    other = host.next()
    for given, missing in (
        (None, "'a', 'b', 'fixed'"),
        ({"b": 1, "c": 2}, "'a', 'fixed'"),
        (other.things | {"b": None}, "'b'"),
    ):
        with pytest.raises(LinkError) as caught:
            mvvm.restore(snapshot, load(EVERYWHERE), other.imports, references=given)
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
    snapshot = late()
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
    here, same = (pair(first, second, {"a": first, "b": second}) for _ in range(2))
    same.view.references.reverse()  # as if they had been met in another order
    same.view.frames[0].locals[1], same.view.frames[0].stack[0] = ("x", 2), ("x", 1)
    assert diff_snapshots(here, same)["equal"]
    other = pair(second, None, {"b\u202e": second})
    assert list(list_diff(diff_snapshots(here, other))) == [
        'frames[0].locals[1]: externref "b" -> externref null',
        'frames[0].stack[0]: externref "a" -> externref "b\\u202e"',
    ]
