"""References of a snapshot that its module cannot have: damage, which is found before anything runs."""

from __future__ import annotations

from typing import Any

import pytest

import mvvm
from mvvm.errors import BadSnapshot, WasmException
from tests.migrate.guests import func, load
from tests.migrate.holders import Host, stop


def _in_typed() -> tuple[Host, mvvm.Snapshot]:
    """Where it is in a function whose locals are of types that say more."""
    for count in range(1, 1000):
        host = Host()
        snapshot = stop(host.call(), host, count)
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
        ("dropped_elements", [1], "it has segments that its module does not have"),
        ("dropped_data", [0], "it has segments that its module does not have"),
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
