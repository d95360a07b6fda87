"""What is asked of LLVM: parse the IR, verify it, optimize, emit an object or text."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

import llvmlite.binding as llvm

from mvvm.errors import InternalError

if TYPE_CHECKING:
    from mvvm.options import CompileOptions, Target


# LLVM's name of the CPU that every machine of an architecture is at least, and features besides.
_BASES: dict[str, tuple[str, tuple[str, ...]]] = {
    # LLVM puts this instruction before every call and return where upper halves of vector registers are in use, also of
    # functions that preserve them, as mvvm_stable_point does. The support code has it where guest code is left.
    "x86_64": ("x86-64", ("-vzeroupper",)),
    "aarch64": ("generic", ()),
    "s390x": ("z10", ()),
    # Wasm's accesses need not be aligned, but nearly all are; byte by byte, a store that traps would have an effect.
    # Without the last one, LLVM leaves all distances within a section to a linker that shortens calls.
    "riscv64": ("generic-rv64", ("+m", "+a", "+f", "+d", "+c", "+unaligned-scalar-mem", "-relax")),
}
# What a module of IR has to say of itself, besides its triple: where floats travel.
_MODULE_FLAGS = {"riscv64": '!llvm.module.flags = !{!100}\n!100 = !{i32 1, !"target-abi", !"lp64d"}\n'}


@cache
def _initialize() -> None:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()


@cache
def _make_numbers_anew() -> None:
    """Have LLVM make numbers of 32 bits anew where they are needed: on RISC-V that takes two instructions.

    Without it, those of stable points, which are hardly ever needed, are made at the start of a function, and spilled.
    """
    llvm.set_option("", "-riscv-use-rematerializable-movimm")


@cache
def target_machine(target: Target, opt_level: int) -> llvm.TargetMachine:
    """LLVM's code generator for a target.

    Position-independent and in the small code model: an `.aot` file is mapped anywhere and never relocated.
    """
    _initialize()
    if target.architecture == "riscv64":
        _make_numbers_anew()
    base, always = _BASES[target.architecture]
    features = [*(f"+{name}" for name in target.features), *always]
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
            module = llvm.parse_assembly(text + _MODULE_FLAGS.get(options.target.architecture, ""), context)
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
