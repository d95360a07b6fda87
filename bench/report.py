"""Results as ratios: a table for people, JSON for programs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bench.measure import NATIVE, Result

# Title of a column, and the ratio in it; below 1 is better for mvvm.
_RATIOS: dict[str, Callable[[Result], float | None]] = {
    "time/wasmtime": lambda result: result.best("mvvm") / result.best("wasmtime"),
    "time/native": lambda result: result.best("mvvm") / result.best(NATIVE) if NATIVE in result.runs else None,
    "code/wasmtime": lambda result: result.code["mvvm"] / result.code["wasmtime"],
    "compile/wasmtime": lambda result: result.compile["mvvm"] / result.compile["wasmtime"],
}


def table(results: Sequence[Result]) -> str:
    """All cases, then geometric means by group, by build and overall, then where mvvm's compile time goes."""
    rows = [["case", *_RATIOS, "noise", "outputs"]]
    rows += [
        [
            result.case.id,
            *(figure(ratio(result)) for ratio in _RATIOS.values()),
            f"{_noise(result):.0%}",
            "same" if result.agree else "DIFFER",
        ]
        for result in results
    ]
    rows.append([])
    rows += [[f"mean, {title}", *map(figure, _means(members))] for title, members in _groups(results).items()]
    lines = [
        "Ratios of mvvm to wasmtime and to native builds (-march=native): below 1.00 mvvm is better. Time is the",
        "shortest of the runs; noise is how far, at most, an engine's median run is above its shortest.",
        "",
        *aligned(rows),
        "",
        f"Compile time by stage: {_stages(results)}",
    ]
    return "\n".join(lines)


def as_json(results: Sequence[Result]) -> dict[str, Any]:
    """The same as data, with the samples (in seconds) that the ratios come from."""
    return {
        "cases": {
            result.case.id: {
                "group": result.case.group,
                "ratios": {title: ratio(result) for title, ratio in _RATIOS.items()},
                "outputs_agree": result.agree,
                "samples": result.runs,
                "compile_stages": result.stages,
            }
            for result in results
        },
        "means": {
            title: dict(zip(_RATIOS, _means(members), strict=True)) for title, members in _groups(results).items()
        },
    }


def _groups(results: Sequence[Result]) -> dict[str, list[Result]]:
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.case.group, []).append(result)
    for result in results:
        if result.case.flags:
            groups.setdefault(f"kernels {result.case.flags}", []).append(result)
    groups["all"] = list(results)
    return groups


def _means(results: Iterable[Result]) -> list[float | None]:
    columns = [[ratio(result) for result in results] for ratio in _RATIOS.values()]
    return [geometric_mean([value for value in column if value is not None]) for column in columns]


def geometric_mean(values: Sequence[float]) -> float | None:
    """The mean that ratios have; None of nothing."""
    return math.exp(math.fsum(map(math.log, values)) / len(values)) if values else None


def _noise(result: Result) -> float:
    return max(sorted(runs)[len(runs) // 2] / min(runs) - 1 for runs in result.runs.values())


def _stages(results: Iterable[Result]) -> str:
    total: dict[str, float] = {}
    for result in results:
        for stage, seconds in result.stages.items():
            total[stage] = total.get(stage, 0) + seconds
    whole = sum(total.values())
    return ", ".join(f"{stage} {seconds / whole:.0%}" for stage, seconds in total.items())


def figure(value: float | None) -> str:
    """A ratio for people."""
    return "-" if value is None else f"{value:.2f}"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table, its first column to the left."""
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=False))
        ).rstrip()
        for row in rows
    ]
