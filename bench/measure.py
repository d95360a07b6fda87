"""Measuring a case: compile once with each engine, then run turn by turn, each time in a fresh process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lief

from bench.child import run_workload
from bench.engines import ENGINES, Command
from bench.suite import Case
from tests.programs.cache import CACHE

NATIVE = "native"


class BenchFailure(Exception):
    """A case could not be measured; the message is one line."""


@dataclass
class Result:
    """What was measured of a case, by engine. Seconds are processor time in `runs`, wall-clock in `compile`."""

    case: Case
    runs: dict[str, list[float]] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    compile: dict[str, float] = field(default_factory=dict)
    stages: dict[str, float] = field(default_factory=dict)  # of mvvm's compiler
    work: dict[str, float] = field(default_factory=dict)  # all of an engine's stages, without its imports
    code: dict[str, int] = field(default_factory=dict)  # bytes of .text

    @property
    def agree(self) -> bool:
        """Whether all engines and the native build gave the same output, files and exit status."""
        return len(set(self.outcomes.values())) == 1

    def best(self, engine: str) -> float:
        """The shortest run: what disturbs a run only ever makes it longer."""
        return min(self.runs[engine])


def measure(case: Case, rounds: int, engines: Sequence[str] = tuple(ENGINES), *, with_native: bool = True) -> Result:
    """Measure a case. Raises BenchFailure, and BuildFailure if it cannot be built."""
    wasm, native = case.wasm(), case.native() if with_native else None
    result = Result(case)
    compiled = {}
    for engine in engines:
        compiled[engine] = CACHE / "bench" / f"{wasm.stem}.{engine}"
        told = _child("compile", engine, case, compiled[engine])
        result.compile[engine] = told["seconds"]
        result.stages |= told["stages"]
        result.work[engine] = sum(told["stages"].values())
        result.code[engine] = _text_size(compiled[engine])
    for _ in range(rounds):
        for engine in engines:
            _note(result, engine, _child("run", engine, case, compiled[engine]))
        if native is not None:
            _note(result, NATIVE, run_workload(case.workload, lambda command: _run_native(native, command)))
    return result


def _note(result: Result, engine: str, told: dict[str, Any]) -> None:
    expected = result.case.workload.status
    if told["status"] != expected:
        raise BenchFailure(f"{engine}: exit status {told['status']}, not {expected}")
    if result.outcomes.setdefault(engine, told["outcome"]) != told["outcome"]:
        raise BenchFailure(f"{engine}: two runs gave different results")
    result.runs.setdefault(engine, []).append(told["seconds"])


def _child(what: str, engine: str, case: Case, compiled: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.child", what, engine, case.id, str(compiled)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise BenchFailure(f"{engine}: {what}: {told[-1]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _run_native(program: Path, command: Command) -> tuple[float, int]:
    """The whole process is measured: its start-up is nothing beside the tenths of a second it runs."""
    with command.stdin.open("rb") as stdin, command.stdout.open("wb") as out, command.stderr.open("wb") as err:
        process = subprocess.Popen(
            command.argv,
            executable=program,
            cwd=command.folder,
            env=dict(command.env),
            stdin=stdin,
            stdout=out,
            stderr=err,
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, process.returncode


def _text_size(compiled: Path) -> int:
    """Both engines write ELF files, and keep machine code in .text."""
    binary = lief.ELF.parse(compiled)
    section = binary and binary.get_section(".text")
    if not section:
        raise BenchFailure(f"{compiled.name} has no .text")
    return section.size
