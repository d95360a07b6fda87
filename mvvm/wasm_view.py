"""A listing of the Wasm view: every instruction of a module with its label, its operand stack and live locals.

For those who work on mvvm. A line shows the state AT an instruction, before it is executed:

    0x0000002a    i32.add                     [i32 i32]  live 0 2
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mvvm.passes.liveness import live_locals
from mvvm.wasm import code as c
from mvvm.wasm.code import Block, Clause, decode_function
from mvvm.wasm.opcodes import Immediate, by_code
from mvvm.wasm.operands import operand_types
from mvvm.wasm.types import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvvm.wasm.decode import Module

_TABLE = by_code()
_OPENING = frozenset((c.BLOCK, c.LOOP, c.IF)) | c.TRIES
_CLOSING = frozenset((c.END, c.DELEGATE))
_PARTING = frozenset((c.ELSE,)) | c.CATCHES


def wasm_view(module: Module) -> Iterator[str]:
    """The lines of a listing of all functions that a module defines."""
    first = module.info.num_imported_functions
    for index in range(first, len(module.info.functions)):
        yield from function_view(module, index)
        yield ""


def function_view(module: Module, index: int) -> Iterator[str]:
    """The lines of the listing of a function that the module defines. Unreachable code is left out."""
    info = module.info
    start, end = module.bodies[index - info.num_imported_functions]
    function = decode_function(module.data, start, end, index, info)
    yield f"function {index} {module.names.functions.get(index, '')}".rstrip() + f": {function.type}"
    yield f"  locals: {_types(function.locals) or 'none'}"
    stacks = operand_types(function, info)
    blocks: list[Block] = [function.body]
    states = zip(function.offsets, function.ops, function.immediates, stacks, live_locals(function), strict=True)
    for offset, op, immediate, stack, live in states:
        if op in _CLOSING:
            blocks.pop()
        indent = "  " * (len(blocks) - (op in _PARTING) + (not blocks))
        text = indent + _instruction(module, op, immediate, blocks)
        state = f"[{_types(stack)}]" + ("  live " + " ".join(map(str, live)) if live else "")
        yield f"  {offset:#010x}{text:<36} {state}"
        if op in _OPENING:
            assert isinstance(immediate, Block)
            blocks.append(immediate)


def _types(types: str) -> str:
    return " ".join(NAMES[t] for t in types)


def _instruction(module: Module, op: int, immediate: object, blocks: list[Block]) -> str:
    row = _TABLE[op]
    assert row is not None
    name = row.name.removesuffix("_t") if op == c.SELECT_T else row.name
    if op == c.DELEGATE:  # to the try block that it comes to, else out of the function
        assert isinstance(immediate, Block)
        immediate = immediate.outer or blocks[0]
    return f"{name} {_operand(module, row.immediate, immediate, blocks)}".rstrip()


def _operand(module: Module, kind: Immediate, immediate: object, blocks: list[Block]) -> str:
    """An immediate, much as the text format spells it."""
    if isinstance(immediate, Block):
        if kind == Immediate.LABEL:
            return str(_depth(blocks, immediate))
        if kind not in (Immediate.BLOCK, Immediate.TRY_TABLE):
            return ""
        clauses = [_clause(blocks, clause) for clause in immediate.clauses] if kind == Immediate.TRY_TABLE else []
        return " ".join([*([str(immediate.type)] if immediate.type.key != "_" else []), *clauses])
    if isinstance(immediate, Clause):
        return "" if immediate.tag is None else str(immediate.tag)
    if isinstance(immediate, list):
        return " ".join(str(_depth(blocks, target)) for target in immediate)
    if kind == Immediate.MEMARG and isinstance(immediate, tuple):
        memory, offset = immediate
        return (f"{memory} " if memory else "") + (f"offset={offset}" if offset else "")
    if kind == Immediate.MEMARG_LANE and isinstance(immediate, tuple):
        memory, offset, lane = immediate
        return (f"{memory} " if memory else "") + (f"offset={offset} " if offset else "") + str(lane)
    if isinstance(immediate, tuple):
        return " ".join(str(index) for index in immediate)
    if isinstance(immediate, int):
        return _number(module, kind, immediate)
    if kind in (Immediate.SELECT_TYPES, Immediate.REF_TYPE) and isinstance(immediate, str):
        return NAMES[immediate]
    return ""


def _clause(blocks: list[Block], clause: Clause) -> str:
    """A clause of a try_table, as the text format spells it."""
    name = ("catch_all" if clause.tag is None else "catch") + ("_ref" if clause.with_ref else "")
    tag = "" if clause.tag is None else f"{clause.tag} "
    return f"({name} {tag}{_depth(blocks, clause.target)})"


def _depth(blocks: list[Block], target: Block) -> int:
    return len(blocks) - 1 - blocks.index(target)


def _number(module: Module, kind: Immediate, value: int) -> str:
    if kind == Immediate.F32:
        return repr(struct.unpack("<f", value.to_bytes(4, "little"))[0])
    if kind == Immediate.F64:
        return repr(struct.unpack("<d", value.to_bytes(8, "little"))[0])
    if kind == Immediate.V128:
        return "i32x4 " + " ".join([f"{value >> shift & 0xFFFFFFFF:#010x}" for shift in range(0, 128, 32)])
    name = module.names.functions.get(value) if kind == Immediate.FUNC else None
    return f"{value} ({name})" if name else str(value)
