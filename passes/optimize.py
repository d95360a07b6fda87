"""What is asked of LLVM: parse the IR, verify it, optimize, emit an object or text."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

import llvmlite.binding as llvm

from mvvm.errors import InternalError

if TYPE_CHECKING:
    from mvvm.options import CompileOptions, Target


@cache
def _initialize() -> None:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()


@cache
def target_machine(target: Target, opt_level: int) -> llvm.TargetMachine:
    """LLVM's code generator for a target.

    Position-independent and in the small code model: an `.aot` file is mapped anywhere and never relocated.
    """
    _initialize()
    features = [f"+{name}" for name in target.features]
    if target.architecture == "x86_64":
        # LLVM puts this instruction before every call and return where upper halves of vector registers are in use,
        # also of functions that preserve them, as mvvm_stable_point does. The support code has it where guest
        # code is left.
        features.append("-vzeroupper")
    base = "x86-64" if target.architecture == "x86_64" else "generic"
    return llvm.Target.from_triple(target.triple).create_target_machine(
        cpu=base, features=",".join(features), opt=opt_level, reloc="pic", codemodel="small"
    )


def compile_ir(text: str, options: CompileOptions, emit: str, stages: dict[str, float]) -> bytes:
    """Optimize IR and generate code.

    `emit` is "obj" (an ELF object) or "ll" (the optimized IR). `stages` gets the seconds of each stage added.
    Raises InternalError where the IR does not verify.
    """
    machine = target_machine(options.target, options.opt_level)
    with llvm.create_context() as context:
        started = time.perf_counter()
        try:
            module = llvm.parse_assembly(text, context)
            module.triple = options.target.triple
            module.data_layout = str(machine.target_data)
            module.verify()
        except RuntimeError as error:
            raise InternalError(f"the IR does not verify: {error}") from None
        parsed = time.perf_counter()
        with module:
            tuning = llvm.create_pipeline_tuning_options(options.opt_level)
            tuning.loop_vectorization = options.opt_level >= 2
            builder = llvm.create_pass_builder(machine, tuning)
            builder.getModulePassManager().run(module, builder)
            optimized = time.perf_counter()
            result = str(module).encode() if emit == "ll" else machine.emit_object(module)
        done = time.perf_counter()
    for stage, seconds in (
        ("parse", parsed - started),
        ("optimize", optimized - parsed),
        ("generate code", done - optimized),
    ):
        stages[stage] = stages.get(stage, 0.0) + seconds
    return result
