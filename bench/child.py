"""One compilation or one run, in a process of its own: `python -m bench.child WHAT ENGINE CASE COMPILED`.

Prints one line of JSON: {"seconds", "stages"} of a compilation, {"seconds", "status", "outcome"} of a run.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import engines
from bench.suite import SUITE
from tests.programs.workloads import Workload


def run_workload(workload: Workload, run: Callable[[engines.Command], tuple[float, int]]) -> dict[str, float | str]:
    """Give a workload its folder and let `run` do it; a digest stands for all that came of it."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "root")
        folder.mkdir()
        workload.prepare(folder)
        stdout, stderr = Path(temporary, "stdout"), Path(temporary, "stderr")
        stdin = folder / workload.stdin if workload.stdin else Path(os.devnull)
        argv = (workload.program, *workload.args)
        seconds, status = run(engines.Command(argv, workload.env, folder, stdin, stdout, stderr))
        outcome = workload.outcome(stdout.read_bytes(), stderr.read_bytes(), status, folder)
    return {
        "seconds": seconds,
        "status": status,
        "outcome": hashlib.sha256(repr(outcome).encode()).hexdigest(),
    }


def _main(what: str, engine: str, case_id: str, compiled: str) -> None:
    case = SUITE[case_id]
    if what == "compile":
        seconds, stages = engines.timed_compile(engine, case.wasm(), Path(compiled))
        print(json.dumps({"seconds": seconds, "stages": stages}))
    else:
        print(json.dumps(run_workload(case.workload, lambda it: engines.timed_run(engine, Path(compiled), it))))


if __name__ == "__main__":
    _main(*sys.argv[1:])
