"""The suite once more, with every call stopped twice, and gone on with in other instances: nothing may come of it."""

from __future__ import annotations

import pytest

from tests.spec import engines, suite
from tests.spec.checkpoint_engine import CheckpointEngine
from tests.spec.runner import run_file, run_text

# Files whose calls are to be stopped indeed; most others only have functions that cannot suspend.
_STOPPED = {"call.wast": 20, "call_indirect.wast": 80, "fac.wast": 10, "loop.wast": 30, "table_copy.wast": 100}


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")


@pytest.mark.parametrize("file", list(suite.files_for("mvvm")))
def test_file(file: str) -> None:
    try:
        script = suite.path(file)
    except suite.SuiteMissing as error:
        pytest.fail(str(error), pytrace=False)
    engine = CheckpointEngine(engines.OPT_LEVEL)
    outcomes = list(run_file(script, engine))
    surprises = suite.surprises("mvvm", file, outcomes, suite.expected_failures())
    if surprises:
        pytest.fail("\n".join(surprises), pytrace=False)
    assert engine.stops >= _STOPPED.get(file, 0)


_HOLDING = """
(module
  (global $kept (mut externref) (ref.null extern))
  (table $t 1 externref)
  (func $step (local i32)
    (loop (br_if 0 (i32.ne (i32.const 20) (local.tee 0 (i32.add (local.get 0) (i32.const 1)))))))
  (func (export "keep") (param externref externref) (result externref)
    (global.set $kept (local.get 0))
    (table.set $t (i32.const 0) (local.get 1))
    (call $step)
    (local.get 1))
  (func (export "kept") (result externref externref)
    (call $step) (global.get $kept) (table.get $t (i32.const 0))))
(assert_return (invoke "keep" (ref.extern 7) (ref.extern 8)) (ref.extern 8))
(assert_return (invoke "kept") (ref.extern 7) (ref.extern 8))
(assert_return (invoke "keep" (ref.null extern) (ref.extern 7)) (ref.extern 7))
(assert_return (invoke "kept") (ref.null extern) (ref.extern 7))
"""


def test_objects_of_the_host_are_stopped_with() -> None:
    """In the suite, what holds them has no stable points."""
    engine = CheckpointEngine(engines.OPT_LEVEL)
    assert [outcome.failure for outcome in run_text(_HOLDING, engine)] == [None] * 5
    assert (engine.stops, engine.refused) == (8, 0)
