"""What being able to stop costs: `python -m bench.policies [--quick] [--only NAME] [--policy NAME]`.

Each case is compiled with each policy and with none, and run turn by turn, each time in a fresh process. All figures
are ratios to none: run time (processor time, the shortest of the runs), code (.text), compile time (the stages of the
compiler, summed over processes). Ends with status 1 if a case failed, outputs differ or a target is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.engines import policy_engine
from bench.measure import BenchFailure, Result, measure
from bench.report import aligned, figure, geometric_mean
from bench.suite import SUITE, Case
from mvvm.options import Policy
from tests.programs.sources import BuildFailure

_ROUNDS, _QUICK_ROUNDS = 5, 2
_NONE = policy_engine(Policy.NONE)


@dataclass(frozen=True)
class Column:
    """A figure, and the most that its geometric mean, and any one case, may be."""

    title: str
    of: Callable[[Result, str], float]  # by engine
    mean_target: float
    worst_target: float = float("inf")

    def ratio(self, result: Result, policy: Policy) -> float:
        """The figure with a policy, against that without one."""
        return self.of(result, policy_engine(policy)) / self.of(result, _NONE)


_COLUMNS = (
    Column("time", Result.best, 1.05, 1.25),
    Column("code", lambda result, engine: result.code[engine], 1.6),
    Column("compile", lambda result, engine: result.work[engine], 1.6),
)


def _chosen(names: Sequence[str] | None) -> list[Case]:
    return [
        case
        for case in SUITE.values()
        if case.flags != "no-unroll" and (not names or {case.id, case.workload.program, case.group} & set(names))
    ]


def _table(results: Sequence[Result], policies: Sequence[Policy]) -> str:
    columns = [(policy, column) for policy in policies for column in _COLUMNS]
    rows = [["", *(policy if column is _COLUMNS[0] else "" for policy, column in columns)]]
    rows.append(["case", *(column.title for _, column in columns), "outputs"])
    for result in results:
        figures = [figure(column.ratio(result, policy)) for policy, column in columns]
        rows.append([result.case.id, *figures, "same" if result.agree else "DIFFER"])
    rows.append([])
    for title, members in _groups(results):
        means = (geometric_mean([column.ratio(it, policy) for it in members]) for policy, column in columns)
        rows.append([f"mean, {title}", *map(figure, means)])
    rows.append(["worst", *(figure(max(column.ratio(it, policy) for it in results)) for policy, column in columns)])
    rows.append(["target, mean", *(f"{column.mean_target:.2f}" for _, column in columns)])
    rows.append(["target, worst", *(_limit(column.worst_target) for _, column in columns)])
    return "\n".join(aligned(rows))


def _limit(target: float) -> str:
    return "-" if target == float("inf") else f"{target:.2f}"


def _groups(results: Sequence[Result]) -> Iterator[tuple[str, list[Result]]]:
    kernels = [result for result in results if result.case.flags]
    programs = [result for result in results if not result.case.flags]
    if kernels and programs:
        yield "kernels", kernels
        yield "programs", programs
    yield "all", list(results)


def _missed(results: Sequence[Result], policies: Sequence[Policy]) -> Iterator[str]:
    """A line for each target that is missed."""
    for policy in policies:
        for column in _COLUMNS:
            ratios = {result.case.id: column.ratio(result, policy) for result in results}
            mean = geometric_mean(list(ratios.values()))
            if mean is not None and mean > column.mean_target:
                yield f"{policy}: {column.title} {mean:.2f} in the mean, not {column.mean_target:.2f}"
            for case, ratio in ratios.items():
                if ratio > column.worst_target:
                    yield f"{policy}: {column.title} {ratio:.2f} for {case}, not {column.worst_target:.2f}"


def _main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.policies", description="what being able to stop costs")
    policies = [policy.value for policy in Policy if policy is not Policy.NONE]
    parser.add_argument("--quick", action="store_true", help="two rounds instead of five")
    parser.add_argument("--only", metavar="NAME", action="append", help="a case, kernel, program or group (repeatable)")
    parser.add_argument("--policy", choices=policies, action="append", help="repeatable (default: counter-loop)")
    arguments = parser.parse_args()
    cases = _chosen(arguments.only)
    if not cases:
        parser.error(f"nothing is called {' or '.join(arguments.only)}; there are: {', '.join(SUITE)}")
    chosen = [Policy(name) for name in arguments.policy or [Policy.COUNTER_LOOP]]

    engines = [_NONE, *map(policy_engine, chosen)]
    results: list[Result] = []
    failed = 0
    for number, case in enumerate(cases, 1):
        begin = time.monotonic()
        try:
            rounds = _QUICK_ROUNDS if arguments.quick else _ROUNDS
            results.append(measure(case, rounds, engines, with_native=False))
        except (BenchFailure, BuildFailure) as failure:
            failed += 1
            outcome = f"failed: {failure}"
        else:
            outcome = f"{time.monotonic() - begin:.0f} s"
        print(f"[{number}/{len(cases)}] {case.id}: {outcome}", file=sys.stderr, flush=True)
    if not results:
        return 1
    print(_table(results, chosen))
    missed = list(_missed(results, chosen))
    for line in missed:
        print(f"missed: {line}")
    return 1 if failed or missed or not all(result.agree for result in results) else 0


if __name__ == "__main__":
    sys.exit(_main())
