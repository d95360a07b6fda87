"""Each file of the suite on each engine that is held to it."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from tests.spec import engines, suite
from tests.spec.runner import run_file


@pytest.mark.parametrize(
    ("engine", "file"), [(engine, file) for engine in engines.NAMES for file in suite.files_for(engine)]
)
def test_file(engine: str, file: str) -> None:
    try:
        script = suite.path(file)
    except suite.SuiteMissing as error:
        pytest.fail(str(error), pytrace=False)
    outcomes = list(run_file(script, engines.make(engine)))
    assert outcomes
    surprises = suite.surprises(engine, file, outcomes, suite.expected_failures())
    if surprises:
        pytest.fail("\n".join(surprises), pytrace=False)


def test_each_file_belongs_to_one_feature() -> None:
    patterns = [pattern for feature in suite.features().values() for pattern in feature["files"]]
    files = suite.all_files()
    assert files
    for file in files:
        assert sum(fnmatchcase(file, pattern) for pattern in patterns) == 1, file


def test_each_expected_failure_is_of_a_file_that_is_run() -> None:
    for entry in suite.expected_failures():
        assert entry.file in suite.files_for(entry.engine), entry
        assert bool(entry.lines) != bool(entry.feature), entry
