"""Constants, locals, globals, references, `drop` and `select`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.abi import traps
from mvvm.lower.llvm_types import GLOBALS, INVARIANT, LLVM, ZERO, f32_constant, f64_constant

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering


def _integer(f: FunctionLowering, value: Any) -> None:
    f.stack.append(str(value))


def _f32(f: FunctionLowering, bits: Any) -> None:
    f.stack.append(f32_constant(bits))


def _f64(f: FunctionLowering, bits: Any) -> None:
    f.stack.append(f64_constant(bits))


def _local_get(f: FunctionLowering, index: Any) -> None:
    f.stack.append(f.locals[index])


def _local_set(f: FunctionLowering, index: Any) -> None:
    if f.position in f.dead_sets:
        drop(f, None)
    else:
        f.locals[index] = f.stack.pop()


def _local_tee(f: FunctionLowering, index: Any) -> None:
    f.locals[index] = f.stack[-1]


def drop(f: FunctionLowering, _: Any) -> None:
    """Drop the top of the stack. A load whose value is dropped must still trap, so it becomes volatile."""
    line = f.loads.pop(f.stack.pop(), None)
    if line is not None:
        f.lines[line] = f.lines[line].replace(" = load ", " = load volatile ", 1)


def _select(f: FunctionLowering, type_: Any) -> None:
    stack = f.stack
    condition = f.condition(stack.pop())
    otherwise = stack.pop()
    llvm = LLVM[type_]
    either = stack[-1]
    stack[-1] = value = f.emit(f"select i1 {condition}, {llvm} {either}, {llvm} {otherwise}")
    raw = f.raw
    if either in raw or otherwise in raw:
        raws = f"{llvm} {raw.get(either, either)}, {llvm} {raw.get(otherwise, otherwise)}"
        raw[value] = f.emit(f"select i1 {condition}, {raws}")


def _global_get(f: FunctionLowering, index: Any) -> None:
    type_ = f.facts.info.global_type(index)
    access = GLOBALS if type_.mutable else INVARIANT
    f.stack.append(f.emit(f"load {LLVM[type_.value]}, ptr {f.global_address(index)}, align 8, {access}"))


def _global_set(f: FunctionLowering, index: Any) -> None:
    type_ = LLVM[f.facts.info.global_type(index).value]
    f.lines.append(f"  store {type_} {f.stack.pop()}, ptr {f.global_address(index)}, align 8, {GLOBALS}")


def _global_set_stack_pointer(f: FunctionLowering, stack: Any) -> None:
    """Set the pointer of a shadow stack after checking that it is in bounds, with one comparison."""
    above = f.emit(f"sub i32 {f.stack[-1]}, {stack.low}") if stack.low else f.stack[-1]
    outside = f.emit(f"icmp ugt i32 {above}, {stack.high - stack.low}")
    f.trap_if(outside, traps.SHADOW_STACK_OVERFLOW)
    _global_set(f, stack.index)


def _ref_null(f: FunctionLowering, type_: Any) -> None:
    f.stack.append(ZERO[type_])


def _ref_is_null(f: FunctionLowering, type_: Any) -> None:
    condition = f.emit(f"icmp eq {LLVM[type_]} {f.stack.pop()}, {ZERO[type_]}")
    value = f.emit(f"zext i1 {condition} to i32")
    f.bools[value] = condition
    f.stack.append(value)


def _ref_as_non_null(f: FunctionLowering, type_: Any) -> None:
    f.trap_if(f.emit(f"icmp eq {LLVM[type_]} {f.stack[-1]}, {ZERO[type_]}"), traps.NULL_REFERENCE)


def _ref_func(f: FunctionLowering, index: Any) -> None:
    f.stack.append(f.context_field(f"%func{index}", f.facts.layout.function(index)))


HANDLERS = {
    "i32.const": _integer,
    "i64.const": _integer,
    "f32.const": _f32,
    "f64.const": _f64,
    "local.get": _local_get,
    "local.set": _local_set,
    "local.tee": _local_tee,
    "drop": drop,
    "select": _select,
    "select_t": _select,
    "global.get": _global_get,
    "global.set": _global_set,
    "global.set.stack_pointer": _global_set_stack_pointer,
    "ref.null": _ref_null,
    "ref.is_null": _ref_is_null,
    "ref.func": _ref_func,
    "ref.as_non_null": _ref_as_non_null,
}
