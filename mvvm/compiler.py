"""The compiler: a Wasm module in, an `.aot` file out. `compile_module` reads as the pipeline runs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from mvvm.abi import sections
from mvvm.aot.elf_file import write
from mvvm.aot.link import link
from mvvm.aot.machines import MACHINES
from mvvm.aot.metadata import EncodedPoint, continuation, encode_points, metadata, symbol_names
from mvvm.errors import UsageError
from mvvm.lower.continuation import lower_continuation
from mvvm.lower.function import ModuleFacts
from mvvm.lower.module import lower_partition
from mvvm.lower.support import lower_support
from mvvm.lower.tail_calls import define_tail_support
from mvvm.options import CompileOptions
from mvvm.passes.optimize import compile_ir
from mvvm.passes.partition import cut, find_roots
from mvvm.passes.shadow_stack import find_shadow_stack
from mvvm.version import __version__
from mvvm.wasm.decode import Module, decode_module
from mvvm.wasm.validate import read_module, validate
from mvvm.workers import fork_map

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from mvvm.options import Target

Report = dict[str, float]
Progress = Callable[[int, int], None]


def compile_module(
    source: bytes,
    options: CompileOptions | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    report: Report | None = None,
    also: Sequence[Target] = (),
) -> bytes:
    """Compile a Wasm module (binary or text form) to the bytes of an `.aot` file.

    `jobs` is how many processes compile at once (default: one a processor); it does not change the result.
    `progress` is called with the number of bytes of function bodies compiled so far and in all. `report` gets
    the seconds of each stage (summed over processes), and `wasm instructions`, a count. `also` are targets of further
    architectures that the file is to have code for. Raises InvalidModule, UnsupportedFeature and UsageError.
    """
    options = options or CompileOptions()
    report = {} if report is None else report
    targets = (options.target, *also)
    if len({target.architecture for target in targets}) < len(targets):
        raise UsageError("a file has code for one target of each architecture")
    module = read_valid_module(source, report)
    facts = ModuleFacts(module, options)
    images: dict[str, bytes] = {}
    # The first target's is the whole file, made last: it has the others in it.
    for done, target in enumerate(reversed(targets)):
        plan = _Plan(module, replace(options, target=target), facts.for_target(target))
        # Decode bodies, run the passes on them, lower, optimize, generate code: a partition at a time.
        parts = list(_compile_partitions(plan, "obj", jobs, _share(progress, done, len(targets)), report))
        with _Timed(report, "link"):
            machine = MACHINES[target.architecture]
            image = link([part.contents for part in parts], machine)
            points = [point for part in parts for point in part.points]
            about = metadata(module, image, points, plan.facts, plan.options, __version__)
            about |= {sections.WASM: module.data, **images} if target is targets[0] else {}
            images[sections.IMAGE + target.architecture] = write(image, machine, about, symbol_names(module))
    return images[sections.IMAGE + options.target.architecture]


def _share(progress: Progress | None, number: int, count: int) -> Progress | None:
    """The progress of one of `count` equal works."""
    if progress is None:
        return None
    return lambda done, total: progress(number * total + done, count * total)


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
    module = read_valid_module(source, report)
    plan = _Plan(module, options, ModuleFacts(module, options))
    return [part.contents for part in _compile_partitions(plan, emit, jobs, progress, report)]


def read_valid_module(source: bytes, report: Report | None = None) -> Module:
    """Decode a module, in binary or text form. Raises InvalidModule and UnsupportedFeature."""
    report = {} if report is None else report
    with _Timed(report, "decode"):
        wasm = read_module(source)
    with _Timed(report, "validate"):
        validate(wasm)
    with _Timed(report, "decode"):
        return decode_module(wasm)


class _Compiled(NamedTuple):
    """What LLVM makes of a partition; its stable points; the seconds of each stage."""

    contents: bytes
    points: list[EncodedPoint]
    stages: Report


class ContinuationCompiler:
    """Compiles continuations of one module, for programs that were compiled with the same options.

    `suspending` are the functions that may suspend, if that is known; else a large module takes seconds to look at.
    `missing` are those whose code the program does not have. `throwing` are those that exceptions may come out of, if
    known.
    """

    def __init__(
        self,
        wasm: bytes,
        options: CompileOptions,
        suspending: set[int] | None = None,
        missing: Collection[int] = (),
        throwing: set[int] | None = None,
    ) -> None:
        """`wasm` is a valid binary module."""
        self._module = decode_module(wasm)
        self._options = options
        self._facts = ModuleFacts(self._module, options, suspending, throwing)
        self._shadow_stack = find_shadow_stack(self._module) if options.aux_stack_check else None
        self._missing = frozenset(missing)

    def compile(self, label: tuple[int, int, int]) -> bytes:
        """The file of a continuation from a label: function index, byte offset, AT or IN_CALL. Raises BadSnapshot."""
        lowered = lower_continuation(self._module, self._facts, self._shadow_stack, label, self._missing)
        machine = MACHINES[self._options.target.architecture]
        image = link([compile_ir(lowered.text, self._options, "obj", {})], machine)
        return write(image, machine, continuation(self._module, image, lowered, self._options))


class _Plan:
    """A module with what its partitions have in common, and the partitions."""

    def __init__(self, module: Module, options: CompileOptions, facts: ModuleFacts) -> None:
        self.module = module
        self.options = options
        self.facts = facts
        self.shadow_stack = find_shadow_stack(module) if options.aux_stack_check else None
        self.partitions = cut(module)
        # With a single partition LLVM sees all callers, and may drop what has no address and was inlined.
        self.roots = find_roots(module.info) if len(self.partitions) == 1 else None
        exceptions = self.facts.throwing is not None
        self.support = lower_support(options.target, module.info.types, exceptions=exceptions)
        if self.facts.tail_functions:
            self.support += define_tail_support(module.info.types, options.target.architecture, exceptions=exceptions)

    def size(self, partition: int) -> int:
        """Bytes of function bodies."""
        start, stop = self.partitions[partition]
        return sum(end - begin for begin, end in self.module.bodies[start:stop])

    def compile(self, number: int, emit: str) -> _Compiled:
        """Compile a partition."""
        stages: Report = {}
        first = self.module.info.num_imported_functions
        start, stop = self.partitions[number]
        functions = range(first + start, first + stop)
        support = self.support if number == 0 else ""
        with _Timed(stages, "lower"):
            partition = lower_partition(self.module, self.facts, functions, self.shadow_stack, self.roots, support)
            points = encode_points(partition.points)
        stages["wasm instructions"] = partition.instructions
        return _Compiled(compile_ir(partition.text, self.options, emit, stages), points, stages)


def _compile_partitions(
    plan: _Plan, emit: str, jobs: int | None, progress: Progress | None, report: Report
) -> Iterator[_Compiled]:
    """Compile all partitions, in order; in this process if one does it."""
    count = len(plan.partitions)
    jobs = min(jobs or len(os.sched_getaffinity(0)), count)

    def compile_one(number: int) -> _Compiled:
        return plan.compile(number, emit)

    total = sum(plan.size(number) for number in range(count))
    done = 0
    if progress is not None:
        progress(done, total)
    results = map(compile_one, range(count)) if jobs <= 1 else fork_map(compile_one, count, jobs)
    for number, result in enumerate(results):
        for stage, seconds in result.stages.items():
            report[stage] = report.get(stage, 0.0) + seconds
        done += plan.size(number)
        if progress is not None:
            progress(done, total)
        yield result


class _Timed:
    """Adds the seconds spent inside to a stage of a report."""

    def __init__(self, report: Report, stage: str) -> None:
        self.report = report
        self.stage = stage

    def __enter__(self) -> None:
        self.started = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.report[self.stage] = self.report.get(self.stage, 0.0) + time.perf_counter() - self.started
