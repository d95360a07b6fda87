"""From the text format to what the compiler makes of it, step by step."""

from __future__ import annotations

import wasmtime

from mvvm.compiler import read_valid_module
from mvvm.lower.function import ModuleFacts
from mvvm.lower.module import function_texts, lower_function
from mvvm.options import CompileOptions, Policy, Target
from mvvm.passes.shadow_stack import find_shadow_stack
from mvvm.wasm.code import Function, decode_function
from mvvm.wasm.decode import Module
from mvvm.wasm.opcodes import by_code

_TABLE = by_code()


def binary(wat: str) -> bytes:
    return bytes(wasmtime.wat2wasm(wat))


def module(wat: str) -> Module:
    return read_valid_module(wat.encode())


def function(source: Module | str, position: int = 0) -> Function:
    """The decoded body of one of a module's own functions."""
    decoded = module(source) if isinstance(source, str) else source
    start, end = decoded.bodies[position]
    index = decoded.info.num_imported_functions + position
    return decode_function(decoded.data, start, end, index, decoded.info)


def names(decoded: Function) -> list[str]:
    """The mnemonics of a body."""
    rows = [_TABLE[op] for op in decoded.ops]
    return [row.name for row in rows if row is not None]


def all_names(wat: str) -> set[str]:
    """The mnemonics of all bodies of a module."""
    decoded = module(wat)
    return {name for position in range(len(decoded.bodies)) for name in names(function(decoded, position))}


def lowered(
    wat: str,
    architecture: str = "x86_64",
    aux_stack_check: bool = False,
    checkpoint: str = "none",
    threshold_bits: int = CompileOptions.threshold_bits,
    canonicalize_nans: bool = False,
) -> str:
    """The IR of a module's own functions, without what stands around them."""
    decoded = module(wat)
    options = CompileOptions(
        target=Target.parse(architecture),
        checkpoint=Policy(checkpoint),
        threshold_bits=threshold_bits,
        canonicalize_nans=canonicalize_nans,
    )
    facts = ModuleFacts(decoded, options)
    stack = find_shadow_stack(decoded) if aux_stack_check else None
    first = decoded.info.num_imported_functions
    indices = range(first, first + len(decoded.bodies))
    return "\n".join(
        text for index in indices for text in function_texts(lower_function(decoded, facts, index, stack), "hidden")
    )
