"""The suite once more, with every call stopped twice, and gone on with in other instances: nothing may come of it."""

from __future__ import annotations

import pytest

from tests.spec import engines, suite
from tests.spec.checkpoint_engine import CheckpointEngine
from tests.spec.runner import run_file

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
