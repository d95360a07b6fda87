"""Control instructions. Structured control flow becomes LLVM blocks; values meet in phis at labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.abi import traps
from mvvm.lower.exceptions import close_try
from mvvm.lower.function import Frame
from mvvm.lower.llvm_types import LLVM, ZERO, result_type, returned_types
from mvvm.lower.loops import close_loop, open_loop
from mvvm.wasm.code import LOOP, TRIES

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering


def open_body(f: FunctionLowering) -> None:
    """Open the frame of the whole function. Its label is where the function returns."""
    f.frames[f.function.body] = Frame(f.function.body, "return")


def _block(f: FunctionLowering, block: Any) -> None:
    f.frames[block] = Frame(block, f.label())


def _if(f: FunctionLowering, block: Any) -> None:
    condition = f.condition(f.stack.pop())
    frame = Frame(block, f.label())
    f.frames[block] = frame
    frame.params = f.stack[block.height :]
    frame.saved_locals = list(f.locals)
    frame.split_from = f.current
    then = f.label()
    if block.has_else:
        f.lines.append(f"  br i1 {condition}, label %{then}, label %{frame.label}.else")
    else:
        f.edge(frame)
        f.lines.append(f"  br i1 {condition}, label %{then}, label %{frame.label}")
    f.lines.append(f"{then}:")
    f.current = then


def _else(f: FunctionLowering, block: Any) -> None:
    frame = f.frames[block]
    if f.reachable:
        f.edge(frame)
        f.lines.append(f"  br label %{frame.label}")
    f.start_block(f"{frame.label}.else")
    f.locals = frame.saved_locals
    f.stack[frame.block.height :] = frame.params
    f.reachable = True


def _end(f: FunctionLowering, block: Any) -> None:
    frame = f.frames.pop(block)
    if block.kind == LOOP:
        close_loop(f, frame)
        return
    if block.kind in TRIES:
        close_try(f, frame)
    if frame.incoming:
        if f.reachable:
            f.edge(frame)
            f.lines.append(f"  br label %{frame.label}")
        f.merge(frame)
    if block is f.function.body and f.reachable:
        return_results(f)


def return_results(f: FunctionLowering) -> None:
    """Return what is on the operand stack."""
    results = f.function.type.results
    if not results:
        f.lines.append("  ret void")
        return
    values = f.stack[-len(results) :]
    if len(results) == 1:
        f.lines.append(f"  ret {LLVM[results]} {values[0]}")
        return
    type_ = result_type(f.function.type)
    whole = "poison"
    for index, (result, travels, value) in enumerate(zip(results, returned_types(results), values, strict=True)):
        if travels != LLVM[result]:
            value = f.emit(f"bitcast {LLVM[result]} {value} to {travels}")
        whole = f.emit(f"insertvalue {type_} {whole}, {travels} {value}, {index}")
    f.lines.append(f"  ret {type_} {whole}")


def _br(f: FunctionLowering, block: Any) -> None:
    frame = f.frames[block]
    f.edge(frame)
    f.lines.append(f"  br label %{frame.label}")
    f.reachable = False


def _br_if(f: FunctionLowering, block: Any) -> None:
    condition = f.condition(f.stack.pop())
    frame = f.frames[block]
    f.edge(frame)
    f.branch_if(condition, frame.label)


def _is_null(f: FunctionLowering) -> str:
    type_ = f.function.operands[f.position][-1]
    return f.emit(f"icmp eq {LLVM[type_]} {f.stack[-1]}, {ZERO[type_]}")


def _br_on_null(f: FunctionLowering, block: Any) -> None:
    is_null = _is_null(f)
    reference = f.stack.pop()
    frame = f.frames[block]
    f.edge(frame)
    f.branch_if(is_null, frame.label)
    f.stack.append(reference)


def _br_on_non_null(f: FunctionLowering, block: Any) -> None:
    is_null = _is_null(f)
    frame = f.frames[block]
    f.edge(frame)
    f.stack.pop()
    after = f.label()
    f.lines.append(f"  br i1 {is_null}, label %{after}, label %{frame.label}\n{after}:")
    f.current = after


def _br_table(f: FunctionLowering, blocks: Any) -> None:
    index = f.stack.pop()
    frames = [f.frames[block] for block in blocks]
    for frame in frames:  # a phi wants an entry for each edge, also of several from one switch
        f.edge(frame)
    cases = " ".join([f"i32 {number}, label %{frame.label}" for number, frame in enumerate(frames[:-1])])
    f.lines.append(f"  switch i32 {index}, label %{frames[-1].label} [{cases}]")
    f.reachable = False


def _return(f: FunctionLowering, _: Any) -> None:
    _br(f, f.function.body)


def _unreachable(f: FunctionLowering, _: Any) -> None:
    f.lines.append(f"  br label %{f.trap_label(traps.UNREACHABLE)}")
    f.reachable = False


HANDLERS = {
    "unreachable": _unreachable,
    "block": _block,
    "loop": open_loop,
    "if": _if,
    "else": _else,
    "end": _end,
    "br": _br,
    "br_if": _br_if,
    "br_on_null": _br_on_null,
    "br_on_non_null": _br_on_non_null,
    "br_table": _br_table,
    "return": _return,
}
