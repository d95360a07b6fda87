"""The command `compile`, and how `run` compiles a module."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvvm.cli.ending import say
from mvvm.cli.output import about, output_path, read_input, write_output
from mvvm.cli.progress import compile_progress
from mvvm.errors import UsageError
from mvvm.migrate.compiling import compiler
from mvvm.options import CompileOptions, Policy, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvvm.cli.progress import ProgressBar
    from mvvm.runtime.program import Program

_SUFFIXES = {"aot": ".aot", "obj": ".o", "ll": ".ll"}
_INSTRUCTIONS = "wasm instructions"  # the entry of a report that is no time


@dataclass(frozen=True)
class CompileRequest:
    """What `compile` was asked to do: arguments and options as in the help text."""

    source: str
    output: str | None
    options: CompileOptions
    also: Sequence[Target]  # further targets
    jobs: int | None
    emit: str
    dump_wasm_view: bool
    report: bool
    quiet: bool


def parse_targets(names: Sequence[str], cpu: str | None, features: str) -> list[Target]:
    """What to compile for: `ARCH` or `ARCH:CPU` each, this machine if there is none. Raises UsageError.

    `cpu` and `features` are those of the only target.
    """
    if len(names) > 1 and (cpu is not None or features):
        raise UsageError("--cpu and --cpu-features go with one target: write --target ARCH:CPU")
    targets = []
    for name in names or [""]:
        architecture, colon, own_cpu = name.partition(":")
        if colon and cpu is not None:
            raise UsageError(f"--target {name}: it names a CPU already, so --cpu {cpu} is too much")
        targets.append(Target.parse(architecture or None, own_cpu if colon else cpu, features))
    return targets


def compile_file(request: CompileRequest) -> int:
    """Compile as requested. Returns the exit status. Raises MvvmError."""
    source = read_input(request.source)
    if request.dump_wasm_view:
        with about(request.source):
            view = _wasm_view(source)
        write_output(request.output or "-", view, text=True)
        return 0
    if request.also and request.emit != "aot":
        raise UsageError(f"--emit {request.emit} is for one target")
    output = request.output or output_path(request.source, _SUFFIXES[request.emit])
    if os.path.isdir(output):
        raise UsageError(f"cannot write {output}: it is a folder")
    report: dict[str, float] = {}
    started = time.perf_counter()
    with about(request.source), compile_progress(request.source, request.quiet) as bar:
        parts = _compile(source, request, bar, report)
    _write(output, request.emit, parts)
    if request.report:
        _print_report(report, time.perf_counter() - started)
    return 0


def _compile(source: bytes, request: CompileRequest, bar: ProgressBar, report: dict[str, float]) -> list[bytes]:
    made_by = compiler()
    options, jobs = request.options, request.jobs
    if request.emit == "aot":
        return [made_by.compile_module(source, options, jobs, bar.update, report, request.also)]
    parts: list[bytes] = made_by.emit_parts(source, options, request.emit, jobs, bar.update, report)
    return parts


def _wasm_view(source: bytes) -> bytes:
    from mvvm.compiler import read_valid_module
    from mvvm.wasm_view import wasm_view

    return "\n".join(wasm_view(read_valid_module(source))).encode()


def _write(output: str, emit: str, parts: list[bytes]) -> None:
    """Write the parts: objects to a file each, numbered if there are several, all else to one."""
    if emit != "obj" or len(parts) == 1:
        write_output(output, b"\n".join(parts), text=emit == "ll")
        return
    if output == "-":
        raise UsageError(f"the module makes {len(parts)} objects: name a file with -o")
    stem, suffix = os.path.splitext(output)
    for number, part in enumerate(parts):
        write_output(f"{stem}.{number}{suffix}", part)


def _print_report(report: dict[str, float], elapsed: float) -> None:
    """Print the seconds of each stage, summed over processes, and its share of their sum."""
    stages = {stage: seconds for stage, seconds in report.items() if stage != _INSTRUCTIONS}
    total = sum(stages.values()) or 1.0
    lines = [f"{stage:<14} {seconds:8.3f} s {seconds / total:6.1%}" for stage, seconds in stages.items()]
    instructions = round(report[_INSTRUCTIONS])
    lines.append(f"{'all processes':<14} {total:8.3f} s {1:6.1%}")
    lines.append(f"{'elapsed':<14} {elapsed:8.3f} s for {instructions} Wasm instructions")
    print("\n".join(lines), file=sys.stderr)


def load_module(
    command: str, path: str, opt_level: str | None, cpu: str | None, *, checkpoint: bool, quiet: bool
) -> Program:
    """The program of a Wasm module that is to be run: from the cache, or compiled for this machine's CPU.

    Raises MvvmError. `command` is who warns; the other arguments are those of `load_program`.
    """
    from mvvm.cache import load_cached

    source = read_input(path)
    options = CompileOptions(
        _opt_level(opt_level),
        Target.parse(cpu_name=cpu or "native"),
        checkpoint=Policy.COUNTER_LOOP if checkpoint else Policy.NONE,
    )

    def compile() -> bytes:
        with about(path), compile_progress(path, quiet) as bar:
            aot: bytes = compiler().compile_module(source, options, None, bar.update)
            return aot

    return load_cached(source, options, compile, lambda message: say(command, "warning", message))


def load_foreign(command: str, path: str, prepared: str | None, *, quiet: bool) -> Program:
    """The program of an `.aot` file whose code cannot run here, compiled again unless it is there already.

    It may be in the folder `prepared`, or in the cache. Raises MvvmError. `command` is who speaks.
    """
    from mvvm.migrate.recompile import load_or_compile

    with compile_progress(path, quiet) as bar:
        return load_or_compile(
            path,
            prepared=prepared,
            note=lambda message: None if quiet else say(command, "note", message),
            progress=bar.update,
            warn=lambda message: say(command, "warning", message),
        )


def _opt_level(text: str | None) -> int:
    if text is None:
        return CompileOptions.opt_level
    if text not in ("0", "1", "2", "3"):
        raise UsageError(f"--opt-level {text}: the optimization level is 0 to 3")
    return int(text)
