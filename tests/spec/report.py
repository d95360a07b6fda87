"""Prints how much of the suite an engine passes: `python -m tests.spec.report`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tests.spec import engines, suite
from tests.spec.runner import Outcome, run_file


@dataclass(slots=True)
class Row:
    """A line of the table: numbers of files, of assertions, and of failed commands that are not assertions."""

    title: str
    files: int = 0
    passed: int = 0
    failed: int = 0
    others_failed: int = 0

    def add(self, outcomes: Sequence[Outcome]) -> None:
        self.files += 1
        for outcome in outcomes:
            if not outcome.is_assertion:
                self.others_failed += outcome.failure is not None
            elif outcome.failure is None:
                self.passed += 1
            else:
                self.failed += 1

    def __str__(self) -> str:
        return f"{self.title:34}{self.files:6}{self.passed:9}{self.failed:9}{self.others_failed:9}"


def main() -> int:
    """Run what the arguments ask for. Returns 1 if an outcome differs from expected_failures.toml."""
    arguments = _arguments()
    known = suite.expected_failures()
    print(f"{'':34}{'files':>6}{'passed':>9}{'failed':>9}{'others':>9}")
    surprises: list[str] = []
    for name, feature in suite.features().items():
        if arguments.feature != name and (arguments.feature or arguments.engine not in feature["engines"]):
            continue
        row = Row(feature["title"])
        for file in suite.files_of(feature):
            if arguments.file in (None, file):
                engine = engines.make(arguments.engine, arguments.opt_level)
                outcomes = list(run_file(suite.path(file), engine))
                row.add(outcomes)
                surprises += suite.surprises(arguments.engine, file, outcomes, known)
                if arguments.verbose:
                    _list_failures(file, outcomes)
        print(row, flush=True)
    for surprise in surprises:
        print(surprise, file=sys.stderr)
    return 1 if surprises else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.spec.report", description=__doc__)
    parser.add_argument("--engine", choices=engines.NAMES, default="mvvm")
    parser.add_argument("--feature", help="this feature of features.toml, even if the engine is not held to it")
    parser.add_argument("--file", help="this file only")
    parser.add_argument("--opt-level", type=int, choices=range(4), default=engines.OPT_LEVEL, help="for mvvm")
    parser.add_argument("-v", "--verbose", action="store_true", help="list the failures, the expected ones too")
    return parser.parse_args()


def _list_failures(file: str, outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.failure is not None:
            print(f"  {file}:{outcome.line}: {outcome.keyword}: {outcome.failure}")


if __name__ == "__main__":
    sys.exit(main())
