"""The types on the operand stack, instruction by instruction: the operand stacks of the Wasm view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.wasm import code as c
from mvvm.wasm import opcodes

if TYPE_CHECKING:
    from mvvm.wasm.code import Function
    from mvvm.wasm.module import ModuleInfo

_TABLE = opcodes.by_code()
# What an instruction without a fixed effect takes, if its number is fixed.
_NUM_POPS = {
    c.IF: 1,
    c.BR_IF: 1,
    c.DROP: 1,
    c.GLOBAL_SET: 1,
    c.LOCAL_SET: 1,
    c.LOCAL_TEE: 1,
    c.SELECT: 3,
    c.SELECT_T: 3,
    opcodes.code("table.get"): 1,
    opcodes.code("table.set"): 2,
    opcodes.code("table.grow"): 2,
    opcodes.code("table.fill"): 3,
    opcodes.code("ref.is_null"): 1,
    opcodes.code("memory.grow"): 1,
    opcodes.code("ref.as_non_null"): 1,
    c.BR_ON_NON_NULL: 1,
}
# What gives a size, of the type of the addresses or indices.
_MEMORY_SIZES = frozenset((opcodes.code("memory.size"), opcodes.code("memory.grow")))
_TABLE_SIZES = frozenset((opcodes.code("table.size"), opcodes.code("table.grow")))


def operand_types(function: Function, info: ModuleInfo) -> list[str]:
    """The operand stack before each instruction of a decoded function, as types, the top last.

    Where control cannot fall into an `else` or `end`, it is what the branch before left there.
    """
    before = []
    stack = ""
    for op, immediate in zip(function.ops, function.immediates, strict=True):
        before.append(stack)
        if op in c.CATCHES:
            assert isinstance(immediate, c.Clause)
            stack = stack[: immediate.block.height] + immediate.types
            continue
        if op in (c.ELSE, c.END, c.DELEGATE):
            assert isinstance(immediate, c.Block)
            type_ = immediate.type
            stack = stack[: immediate.height] + (type_.params if op == c.ELSE else type_.results)
            continue
        num_pops, pushes = stack_effect(op, immediate, function, info)
        stack = stack[: len(stack) - num_pops] + pushes
    return before


def stack_effect(op: int, immediate: object, function: Function, info: ModuleInfo) -> tuple[int, str]:
    """How many values an instruction other than `else` and `end` pops, and the types that it pushes.

    A branch that is always taken counts as popping nothing: what follows is an `else` or `end`.
    """
    row = _TABLE[op]
    if row is None:  # a pass put it in
        return _NUM_POPS[c.GLOBAL_SET], ""
    if row.pops is not None and row.pushes is not None:
        return len(row.pops), row.pushes
    if op in c.CALLS:
        type_ = c.called_type(op, immediate, info)
        return len(type_.params) + (op != c.CALL), type_.results
    if op in c.TAIL_CALLS:
        return 0, ""
    return _NUM_POPS.get(op, 0), _pushed(op, immediate, function, info)


def _pushed(op: int, immediate: object, function: Function, info: ModuleInfo) -> str:
    if isinstance(immediate, str):  # select, ref.null, ref.is_null: an operand's type
        return "i" if op == opcodes.code("ref.is_null") else immediate
    if not isinstance(immediate, int):
        return ""
    if op in (c.LOCAL_GET, c.LOCAL_TEE):
        return function.locals[immediate]
    if op == c.GLOBAL_GET:
        return info.global_type(immediate).value
    if op == opcodes.code("table.get"):
        return info.tables[immediate].element
    if op in _MEMORY_SIZES:
        return info.memories[immediate].index
    return info.tables[immediate].limits.index if op in _TABLE_SIZES else ""
