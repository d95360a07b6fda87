"""Calls: direct, to imports, and through tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.abi import traps
from mvvm.abi.context import RECORD_CODE, RECORD_CONTEXT, RECORD_TYPE
from mvvm.lower.llvm_types import INVARIANT, LLVM, TABLES, result_type
from mvvm.lower.tables import element_address

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering
    from mvvm.wasm.types import FuncType


def _emit_call(f: FunctionLowering, type_: FuncType, callee: str, context: str) -> None:
    """Call with the arguments on the operand stack; push the results."""
    stack = f.stack
    arity = len(type_.params)
    values = stack[-arity:] if arity else []
    if arity:
        del stack[-arity:]
    arguments = "".join([f", {LLVM[t]} {value}" for t, value in zip(type_.params, values, strict=True)])
    returned = result_type(type_)
    call = f"call {returned} {callee}(ptr {context}{arguments})"
    results = type_.results
    if not results:
        f.lines.append(f"  {call}")
    elif len(results) == 1:
        stack.append(f.emit(call))
    else:
        whole = f.emit(call)
        stack.extend([f.emit(f"extractvalue {returned} {whole}, {i}") for i in range(len(results))])


def _call(f: FunctionLowering, index: Any) -> None:
    info = f.facts.info
    type_ = info.func_type(index)
    if index >= info.num_imported_functions:
        f.called.add(index)
        _emit_call(f, type_, f"@f{index}", "%ctx")
        return
    record = f.facts.layout.function(index)
    code = f.context_pointer(f"%code{index}", record + RECORD_CODE)
    context = f.context_pointer(f"%context{index}", record + RECORD_CONTEXT)
    _emit_call(f, type_, code, context)


def _call_indirect(f: FunctionLowering, immediate: Any) -> None:
    """Call through a table.

    A null element is found by the fault that reading its type causes: the null page is never mapped, and the
    runtime tells a fault there from one in a memory (see mvvm.runtime.traps).
    """
    type_index, table = immediate
    slot = element_address(f, table, f.stack.pop(), traps.UNDEFINED_ELEMENT)
    record = f.emit(f"load ptr, ptr {slot}, align 8, {TABLES}")
    type_field = f.emit(f"getelementptr i8, ptr {record}, i64 {RECORD_TYPE}")
    actual = f.emit(f"load i32, ptr {type_field}, align 8, {INVARIANT}")
    expected_field = f.context_field(f"%type{type_index}", f.facts.layout.type(type_index))
    expected = f.emit(f"load i32, ptr {expected_field}, align 4, {INVARIANT}")
    f.trap_if(f.emit(f"icmp ne i32 {actual}, {expected}"), traps.INDIRECT_CALL_TYPE_MISMATCH)
    code = f.emit(f"load ptr, ptr {record}, align 8, {INVARIANT}")
    context_field = f.emit(f"getelementptr i8, ptr {record}, i64 {RECORD_CONTEXT}")
    context = f.emit(f"load ptr, ptr {context_field}, align 8, {INVARIANT}")
    _emit_call(f, f.facts.info.types[type_index], code, context)


assert RECORD_CODE == 0

HANDLERS = {"call": _call, "call_indirect": _call_indirect}
