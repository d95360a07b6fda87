"""Overflow of the shadow stack: the stack that a C compiler keeps in linear memory, below `__stack_pointer`.

Wasm knows nothing of it, so an overflow silently overwrites the program's data. This pass finds the global and
its bounds, and turns each `global.set` that can move the pointer down into one that checks. It runs on decoded
bodies, before lowering.

The global is found by its name, or, in a stripped module, as wasm-ld's first global beside the `__data_end` and
`__heap_base` exports. Its lower bound is the end of the static data where that lies below the stack, else 0
(`--stack-first`): there an overflow wraps around, and the pointer is above its initial value.
"""

from __future__ import annotations

from mvvm.errors import InvalidModule
from mvvm.wasm import const_expr
from mvvm.wasm.code import GLOBAL_SET, LOCAL_TEE, Function
from mvvm.wasm.decode import Module
from mvvm.wasm.module import ACTIVE, GLOBAL, Global
from mvvm.wasm.opcodes import PSEUDO, code
from mvvm.wasm.types import I32

GLOBAL_SET_STACK_POINTER = PSEUDO  # as global.set, its immediate the ShadowStack

_MOVES_DOWN = frozenset((code("i32.sub"), code("i32.and")))


class ShadowStack:
    """The `index` of the stack pointer's global; the stack lies in bytes `low` to `high` of memory 0."""

    __slots__ = ("high", "index", "low")

    def __init__(self, index: int, low: int, high: int) -> None:
        self.index = index
        self.low = low
        self.high = high


def find_shadow_stack(module: Module) -> ShadowStack | None:
    """The shadow stack of a module, if it has one that is known for sure."""
    info = module.info
    if not info.memories:
        return None
    exported = {export.name: export.index for export in info.exports if export.kind == GLOBAL}
    named = [index for index, name in module.names.globals.items() if name == "__stack_pointer"]
    if named:
        index = named[0]
    elif "__data_end" in exported and "__heap_base" in exported and not info.num_imported_globals:
        index = 0
    else:
        return None
    high = _initial_value(module, index)
    if high is None or not info.global_type(index).mutable:
        return None
    data_end = _initial_value(module, exported["__data_end"]) if "__data_end" in exported else None
    if data_end is None:
        data_end = _static_data_end(module)
    return ShadowStack(index, data_end if data_end < high else 0, high)


def insert_stack_checks(function: Function, stack: ShadowStack) -> None:
    """Replace each `global.set` of the stack pointer that follows a subtraction or an alignment."""
    ops, immediates = function.ops, function.immediates
    for position, op in enumerate(ops):
        if op == GLOBAL_SET and immediates[position] == stack.index and position >= 2:
            before = position - 2 if ops[position - 1] == LOCAL_TEE else position - 1
            if ops[before] in _MOVES_DOWN:
                ops[position] = GLOBAL_SET_STACK_POINTER
                immediates[position] = stack


def _initial_value(module: Module, index: int) -> int | None:
    item = module.info.globals[index] if index < len(module.info.globals) else None
    if not isinstance(item, Global) or item.type.value != I32:
        return None
    return _constant(item.init)


def _static_data_end(module: Module) -> int:
    ends = [0]
    for segment in module.info.data:
        start = _constant(segment.offset) if segment.mode == ACTIVE and segment.memory == 0 else None
        if start is not None:
            ends.append(start + segment.size)
    return max(ends)


def _constant(expression: bytes) -> int | None:
    """The value of a constant expression that depends on nothing, else None."""

    def unknown(index: int) -> int:
        raise InvalidModule("not a constant of its own")

    try:
        return const_expr.evaluate(expression, unknown, unknown)
    except InvalidModule:
        return None
