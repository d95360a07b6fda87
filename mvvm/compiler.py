"""The compiler: a Wasm module in, an `.aot` file out. `compile_module` reads as the pipeline runs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import wasmtime

from mvvm.aot.elf_file import write
from mvvm.aot.link import link
from mvvm.aot.machines import MACHINES
from mvvm.aot.metadata import metadata, symbol_names
from mvvm.errors import InvalidModule
from mvvm.lower.function import ModuleFacts
from mvvm.lower.module import lower_partition
from mvvm.lower.support import lower_support
from mvvm.options import CompileOptions
from mvvm.passes.optimize import compile_ir
from mvvm.passes.shadow_stack import find_shadow_stack
from mvvm.version import __version__
from mvvm.wasm.decode import Module, decode_module
from mvvm.wasm.module import ACTIVE, FUNC, Global
from mvvm.workers import fork_map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvvm.passes.shadow_stack import ShadowStack
    from mvvm.wasm.module import ModuleInfo

# Bytes of function bodies in a partition. Large enough for LLVM to inline among neighbours, small enough to
# spread over processors and to bound the memory that one LLVM module takes. Independent of the machine, so that
# the output is too.
_PARTITION_BYTES = 96 * 1024

Report = dict[str, float]
Progress = Callable[[int, int], None]


def read_module(source: bytes) -> bytes:
    """A module in binary form, from either form. Raises InvalidModule."""
    if source[:4] == b"\0asm":
        return source
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidModule("neither a Wasm module (the magic number is missing) nor its text form") from None
    if not text.lstrip().startswith(("(", ";;")):
        raise InvalidModule("neither a Wasm module (the magic number is missing) nor its text form")
    try:
        return bytes(wasmtime.wat2wasm(text))
    except wasmtime.WasmtimeError as error:
        raise InvalidModule(_first_lines(error)) from None


def validate(wasm: bytes) -> None:
    """Raise InvalidModule unless wasmtime finds the binary module valid."""
    try:
        wasmtime.Module.validate(_ENGINE, wasm)
    except wasmtime.WasmtimeError as error:
        raise InvalidModule(_first_lines(error)) from None


def _engine() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.wasm_threads = True
    return wasmtime.Engine(config)


_ENGINE = _engine()


def _first_lines(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return "invalid module: " + ": ".join(lines[:3])


def compile_module(
    source: bytes,
    options: CompileOptions | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    report: Report | None = None,
) -> bytes:
    """Compile a Wasm module (binary or text form) to the bytes of an `.aot` file.

    `jobs` is how many processes compile at once (default: one a processor); it does not change the result.
    `progress` is called with the number of bytes of function bodies compiled so far and in all. `report` gets
    the seconds of each stage (summed over processes), and `wasm instructions`, a count. Raises InvalidModule and
    UnsupportedFeature.
    """
    options = options or CompileOptions()
    report = {} if report is None else report
    machine = MACHINES[options.target.architecture]
    plan = _Plan(read_valid_module(source, report), options)
    # Decode bodies, run the passes on them, lower, optimize, generate code: a partition at a time.
    objects = list(_compile_partitions(plan, "obj", jobs, progress, report))
    with _Timed(report, "link"):
        image = link(objects, machine)
        sections = metadata(plan.module, image, options, __version__)
        return write(image, machine, sections, symbol_names(plan.module))


def emit_parts(
    source: bytes,
    options: CompileOptions,
    emit: str,
    jobs: int | None = None,
    progress: Progress | None = None,
    report: Report | None = None,
) -> list[bytes]:
    """What LLVM makes of a module, one part a partition: ELF objects ("obj") or optimized IR as text ("ll").

    Arguments and errors are those of `compile_module`.
    """
    report = {} if report is None else report
    plan = _Plan(read_valid_module(source, report), options)
    return list(_compile_partitions(plan, emit, jobs, progress, report))


def read_valid_module(source: bytes, report: Report | None = None) -> Module:
    """Decode a module, in binary or text form. Raises InvalidModule and UnsupportedFeature."""
    report = {} if report is None else report
    with _Timed(report, "decode"):
        wasm = read_module(source)
    with _Timed(report, "validate"):
        validate(wasm)
    with _Timed(report, "decode"):
        return decode_module(wasm)


class _Plan:
    """A module with what its partitions have in common, and the partitions."""

    def __init__(self, module: Module, options: CompileOptions) -> None:
        self.module = module
        self.options = options
        self.facts = ModuleFacts(module, options.target.architecture)
        self.shadow_stack: ShadowStack | None = find_shadow_stack(module) if options.aux_stack_check else None
        self.partitions = _partitions(module)
        # With a single partition LLVM sees all callers, and may drop what has no address and was inlined.
        self.roots = _roots(module.info) if len(self.partitions) == 1 else None
        self.support = lower_support(options.target.architecture, module.info.types)

    def size(self, partition: int) -> int:
        """Bytes of function bodies."""
        start, stop = self.partitions[partition]
        return sum(end - begin for begin, end in self.module.bodies[start:stop])


def _partitions(module: Module) -> list[tuple[int, int]]:
    """Ranges of defined functions."""
    ranges = []
    start = size = 0
    for position, (begin, end) in enumerate(module.bodies):
        size += end - begin
        if size >= _PARTITION_BYTES:
            ranges.append((start, position + 1))
            start, size = position + 1, 0
    if start < len(module.bodies) or not ranges:
        ranges.append((start, len(module.bodies)))
    return ranges


def _roots(info: ModuleInfo) -> set[int]:
    """The functions whose address the runtime needs: exports, elements, initial values, the start function."""
    roots = {export.index for export in info.exports if export.kind == FUNC}
    if info.start is not None:
        roots.add(info.start)
    expressions = [item.init for item in info.globals if isinstance(item, Global)]
    for segment in info.elements:
        roots.update(segment.functions or ())
        expressions += segment.expressions or ()
        if segment.mode == ACTIVE:
            expressions.append(segment.offset)
    for expression in expressions:
        _collect_functions(expression, roots)
    return roots


def _collect_functions(expression: bytes, functions: set[int]) -> None:
    from mvvm.wasm.const_expr import evaluate

    def collect(index: int) -> int:
        functions.add(index)
        return 0

    evaluate(expression, lambda _: 0, collect)


_plan: _Plan  # of a worker process, inherited by fork


def _compile_partition(number: int, emit: str) -> tuple[bytes, Report]:
    plan = _plan
    stages: Report = {}
    first = plan.module.info.num_imported_functions
    start, stop = plan.partitions[number]
    with _Timed(stages, "lower"):
        partition = lower_partition(
            plan.module,
            plan.facts,
            range(first + start, first + stop),
            plan.shadow_stack,
            plan.roots,
            plan.support if number == 0 else "",
        )
    stages["wasm instructions"] = partition.instructions
    return compile_ir(partition.text, plan.options, emit, stages), stages


def _compile_partitions(
    plan: _Plan, emit: str, jobs: int | None, progress: Progress | None, report: Report
) -> Iterator[bytes]:
    global _plan
    _plan = plan
    count = len(plan.partitions)
    total = sum(plan.size(number) for number in range(count))
    done = 0
    if progress is not None:
        progress(done, total)
    for number, (result, stages) in enumerate(_run_partitions(count, emit, jobs or len(os.sched_getaffinity(0)))):
        for stage, seconds in stages.items():
            report[stage] = report.get(stage, 0.0) + seconds
        done += plan.size(number)
        if progress is not None:
            progress(done, total)
        yield result


def _run_partitions(count: int, emit: str, jobs: int) -> Iterator[tuple[bytes, Report]]:
    """Compile all partitions, in order; in this process if one does it."""
    if min(jobs, count) <= 1:
        return (_compile_partition(number, emit) for number in range(count))
    return fork_map(lambda number: _compile_partition(number, emit), count, jobs)


class _Timed:
    """Adds the seconds spent inside to a stage of a report."""

    def __init__(self, report: Report, stage: str) -> None:
        self.report = report
        self.stage = stage

    def __enter__(self) -> None:
        self.started = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.report[self.stage] = self.report.get(self.stage, 0.0) + time.perf_counter() - self.started
