"""Calls: direct, to imports, through tables, and of references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.abi.context import RECORD_CODE, RECORD_CONTEXT
from mvvm.lower.indirect import lower_callee, lower_reference
from mvvm.lower.llvm_types import LLVM, SELF, result_type, returned_types
from mvvm.lower.stable_points import check_call

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering
    from mvvm.wasm.types import FuncType


def _emit_call(
    f: FunctionLowering,
    type_: FuncType,
    callee: str,
    context: str,
    table: int | None = None,
    *,
    by_reference: bool = False,
    crosses: bool = False,
) -> None:
    """Call with the arguments on the operand stack; push the results.

    `table` is the one that the call goes through; `crosses` tells that the callee may be of another instance.
    """
    call_code(f, type_, callee, context)
    check_call(f, len(type_.results), table, by_reference=by_reference, crosses=crosses)


def call_code(f: FunctionLowering, type_: FuncType, callee: str, context: str) -> None:
    """Call, without a stable point. Arguments and results as above."""
    stack = f.stack
    arity = len(type_.params)
    values = stack[-arity:] if arity else []
    if arity:
        del stack[-arity:]
    arguments = "".join([f", {LLVM[t]} {value}" for t, value in zip(type_.params, values, strict=True)])
    returned = result_type(type_)
    call = f"call {returned} {callee}({SELF} {context}{arguments})"
    results = type_.results
    if not results:
        f.lines.append(f"  {call}")
    elif len(results) == 1:
        stack.append(f.emit(call))
    else:
        whole = f.emit(call)
        for i, (t, travels) in enumerate(zip(results, returned_types(results), strict=True)):
            value = f.emit(f"extractvalue {returned} {whole}, {i}")
            stack.append(value if travels == LLVM[t] else f.emit(f"bitcast {travels} {value} to {LLVM[t]}"))


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
    _emit_call(f, type_, code, context, crosses=True)


def _call_indirect(f: FunctionLowering, immediate: Any) -> None:
    type_index, table = immediate
    code, context = lower_callee(f, type_index, table)
    _emit_call(f, f.facts.info.types[type_index], code, context, table, crosses=f.facts.call_graph.crosses(table))


def _call_ref(f: FunctionLowering, type_index: Any) -> None:
    code, context = lower_reference(f, f.stack.pop())
    _emit_call(
        f, f.facts.info.types[type_index], code, context, by_reference=True, crosses=f.facts.call_graph.crosses(None)
    )


HANDLERS = {"call": _call, "call_indirect": _call_indirect, "call_ref": _call_ref}
