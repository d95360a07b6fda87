"""Real programs do under mvvm what they do under wasmtime: output, files, exit status."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import oracle
from tests.programs.build import build
from tests.programs.compiled import compiled
from tests.programs.workloads import WORKLOADS, Outcome, Workload

# CPython takes minutes to compile (see artifact/).
_PROGRAMS = ("lua", "lua-eh", "sqlite", "speedtest1", "qjs", "zstd", "bzip2")
_RUN = [sys.executable, "-c", "from mvvm.cli.run_entry import main; main()"]


def _run(workload: Workload, aot: Path, folder: Path) -> Outcome:
    workload.prepare(folder)
    env = [word for key, value in workload.env.items() for word in ("--env", f"{key}={value}")]
    with open(folder / workload.stdin if workload.stdin else os.devnull, "rb") as stdin:
        done = subprocess.run(
            [*_RUN, "--dir", f"{folder}::/", *env, str(aot), "--", *workload.args],
            stdin=stdin,
            capture_output=True,
            check=False,
        )
    return workload.outcome(done.stdout, done.stderr, done.returncode, folder)


def _with_name(outcome: Outcome, workload: Workload, aot: Path) -> Outcome:
    """Programs print what they are called in messages: an engine's choice."""
    stderr = outcome.stderr.replace(str(aot).encode(), workload.program.encode())
    stderr = stderr.replace(aot.name.encode(), workload.program.encode())
    return Outcome(outcome.stdout, stderr, outcome.status, outcome.files)


@pytest.mark.parametrize(
    "workload", [workload for workload in WORKLOADS if workload.program in _PROGRAMS], ids=lambda workload: workload.id
)
def test_same_as_wasmtime(workload: Workload, tmp_path: Path) -> None:
    aot = compiled(workload.program)
    outcome = _with_name(_run(workload, aot, tmp_path), workload, aot)
    assert outcome == oracle.run(workload, build(workload.program))
    assert outcome.status == workload.status
