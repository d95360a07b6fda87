"""What canonical NaNs cost: `python -m bench.nans [--policy NAME] [--only NAME]`.

Each numerical kernel is compiled with `canonicalize_nans` and without, and run turn by turn, each time in a fresh
process. Figures are ratios: run time (processor time, the shortest of the runs), code (.text), compile time (the stages
of the compiler). Ends with status 1 if outputs differ.
"""

from __future__ import annotations

import argparse
import sys

from bench.engines import policy_engine
from bench.measure import Result, measure
from bench.report import aligned, figure, geometric_mean
from bench.suite import SUITE
from mvvm.options import Policy

_ROUNDS = 3


def _main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.nans", description="what canonical NaNs cost")
    parser.add_argument("--policy", choices=[policy.value for policy in Policy], default=Policy.NONE.value)
    parser.add_argument("--only", metavar="NAME", action="append", help="a kernel (repeatable)")
    arguments = parser.parse_args()
    without, with_ = (policy_engine(arguments.policy, canonicalize_nans=canonical) for canonical in (False, True))
    cases = [case for case in SUITE.values() if (case.group, case.flags) == ("dense", "O3")]
    if arguments.only:
        cases = [case for case in cases if case.workload.program in arguments.only]

    def ratios(result: Result) -> list[float]:
        figures = (result.best, result.code.__getitem__, result.work.__getitem__)
        return [of(with_) / of(without) for of in figures]

    results = [measure(case, _ROUNDS, (without, with_), with_native=False) for case in cases]
    rows = [["case", "time", "code", "compile", "outputs"]]
    for result in results:
        outputs = "same" if result.agree else "DIFFER"
        rows.append([result.case.id, *map(figure, ratios(result)), outputs])
    columns = list(zip(*map(ratios, results), strict=True))
    rows.append(["mean", *(figure(geometric_mean(column)) for column in columns)])
    print("\n".join(aligned(rows)))
    return 0 if all(result.agree for result in results) else 1


if __name__ == "__main__":
    sys.exit(_main())
