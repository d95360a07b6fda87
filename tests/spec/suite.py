"""Where the suite is, what is in it, and which of its assertions are known to fail."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypedDict

from tests.spec.runner import Outcome

HERE = Path(__file__).parent
ROOT = Path(os.environ.get("MVVM_SPEC") or HERE.parents[2] / "shared" / "spec")


class Feature(TypedDict):
    """An entry of features.toml: `files` are patterns of paths in the suite."""

    title: str
    engines: list[str]
    files: list[str]


class SuiteMissing(Exception):
    """The folder of the suite is not there."""


@dataclass(frozen=True, slots=True)
class ExpectedFailure:
    """An entry of expected_failures.toml.

    It covers the failures of the commands that start at `lines`, or those of modules that the engine refuses with an
    error that names `feature`, and of all that depends on them: exactly `count` in the file.
    """

    engine: str
    file: str
    reason: str
    lines: tuple[int, ...] = ()
    feature: str = ""
    count: int = 0

    def covers(self, outcome: Outcome) -> bool:
        if outcome.failure is None:
            return False
        return outcome.line in self.lines or (outcome.unsupported and self.feature in outcome.failure)


def features() -> dict[str, Feature]:
    """All entries of features.toml by name."""
    entries: dict[str, Feature] = tomllib.loads((HERE / "features.toml").read_text())
    return entries


def path(file: str) -> Path:
    """The path of a file of the suite. Raises SuiteMissing with what to do."""
    if not ROOT.is_dir():
        raise SuiteMissing(f"the WebAssembly reference suite is not at {ROOT}: set MVVM_SPEC to its folder")
    return ROOT / file


def all_files() -> list[str]:
    """Paths of all scripts relative to ROOT; none if the suite is missing."""
    return sorted(script.relative_to(ROOT).as_posix() for script in ROOT.rglob("*.wast"))


def files_of(feature: Feature) -> list[str]:
    """The files of a feature. If the suite is missing: the patterns, so that each still has a test, which fails."""
    files = all_files()
    if not files:
        return feature["files"]
    return [file for file in files if any(fnmatchcase(file, pattern) for pattern in feature["files"])]


def files_for(engine: str) -> Iterator[str]:
    """The files that an engine is held to."""
    for feature in features().values():
        if engine in feature["engines"]:
            yield from files_of(feature)


def expected_failures() -> list[ExpectedFailure]:
    """All entries of expected_failures.toml."""
    entries = tomllib.loads((HERE / "expected_failures.toml").read_text())["failure"]
    return [ExpectedFailure(**entry | {"lines": tuple(entry.get("lines", ()))}) for entry in entries]


def surprises(engine: str, file: str, outcomes: Sequence[Outcome], known: Iterable[ExpectedFailure]) -> list[str]:
    """What differs from the list `known`: failures that are not in it, entries that do not fail any more."""
    known = [entry for entry in known if (entry.engine, entry.file) == (engine, file)]
    messages = [
        f"{file}:{outcome.line}: {outcome.keyword}: {outcome.failure}"
        for outcome in outcomes
        if outcome.failure is not None and not any(entry.covers(outcome) for entry in known)
    ]
    for entry in known:
        covered = [outcome.line for outcome in outcomes if entry.covers(outcome)]
        passed = sorted(set(entry.lines) - set(covered))
        if passed:
            messages.append(f"{file}: listed as failures, but passed: lines {', '.join(map(str, passed))}")
        if entry.feature and len(covered) != entry.count:
            messages.append(f"{file}: {len(covered)} failures for want of {entry.feature}, not {entry.count}")
    return messages
