"""The bench: `python -m bench.run [--quick] [--only NAME] [--json FILE]`.

Ends with status 1 if a case failed or outputs differ.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from bench.measure import BenchFailure, Result, measure
from bench.report import as_json, table
from bench.suite import SUITE, Case
from tests.programs.sources import BuildFailure

_ROUNDS, _QUICK_ROUNDS = 5, 2


def _chosen(names: list[str] | None, quick: bool) -> list[Case]:
    return [
        case
        for case in SUITE.values()
        if (not names or {case.id, case.workload.program, case.group} & set(names))
        and not (quick and case.flags == "no-unroll")
    ]


def _main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description="mvvm against wasmtime and native code")
    parser.add_argument("--quick", action="store_true", help="two rounds instead of five, one build of each kernel")
    parser.add_argument("--only", metavar="NAME", action="append", help="a case, kernel, program or group (repeatable)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write the results to a file")
    arguments = parser.parse_args()
    cases = _chosen(arguments.only, arguments.quick)
    if not cases:
        parser.error(f"nothing is called {' or '.join(arguments.only)}; there are: {', '.join(SUITE)}")

    results: list[Result] = []
    failed = 0
    for number, case in enumerate(cases, 1):
        begin = time.monotonic()
        try:
            results.append(measure(case, _QUICK_ROUNDS if arguments.quick else _ROUNDS))
        except (BenchFailure, BuildFailure) as failure:
            failed += 1
            outcome = f"failed: {failure}"
        else:
            outcome = f"{time.monotonic() - begin:.0f} s"
        print(f"[{number}/{len(cases)}] {case.id}: {outcome}", file=sys.stderr, flush=True)
    if results:
        print(table(results))
        if arguments.json:
            arguments.json.write_text(json.dumps(as_json(results), indent=2) + "\n")
    return 1 if failed or not all(result.agree for result in results) else 0


if __name__ == "__main__":
    sys.exit(_main())
